"""What turns a first name into a child one can find: details of body, family, routine, behaviour."""

DETAIL = {
    "medical": """
        asthma*, inhaler, diabet*, insulin, epilep*, seizure*, allerg*, anaphyla*, epipen*, eczema,
        autis*, adhd, asd, dyslex*, dyspraxi*, dyscalcul*, sen, send, ehcp, ehc plan, iep, one to one,
        one-to-one, 1:1, one to ones, tourette*, stammer*, stutter*, hearing aid*, cochlear, deaf,
        blind, glasses, specs, patch, wheelchair*, walking frame, crutch*, cast, plaster, splint*,
        prosthe*, blade, stoma, catheter, tube fed, feeding tube, oxygen, pump, sickle cell,
        cystic fibrosis, cerebral palsy, muscular, down's, downs syndrome, leukaemia, cancer, chemo,
        tumour, transplant, heart condition, surgery, operation, op, hospital, ward, a&e, hdu,
        intensive care, camhs, anxiety, panic attack*, depress*, self harm*, self-harm*, overdose,
        tablets, medication, meds, ritalin, melatonin, counsell*, therap*, speech therapy, bladder,
        bowel, wets, wetting, wet himself, wet herself, nappy, nappies, toilet trained, nits, lice,
        worms, impetigo, chickenpox, chicken pox, scarlet fever, sick bug, stitches, broke his,
        broke her, broken arm, broken leg, fainted, hypermobil*, selective mute, mute, non verbal,
        non-verbal, nonverbal, special needs, disab*, cleft, hypothyroid, coeliac, migraine*,
        nosebleed*, feeding, weight
    """,
    "family": """
        mum, mam, mom, dad, da, daddy, mummy, nan, nana, nanna, nanny, gran, grandma, grandad, granddad,
        grandmother, grandfather, auntie, aunty, uncle, cousin, cousins, stepdad, stepmum, stepson,
        stepdaughter, foster*, adopt*, in care, looked after, social worker*, social services,
        court order, contact, custody, divorce*, split up, separated, moved out, prison, deported,
        asylum, hotel, refuge, womens refuge, food bank, foodbank, free school meals, free dinners,
        brother, sister, twin, twins, sibling*, son, daughter, nephew, niece, grandson, granddaughter,
        goddaughter, godson, pickney, bairn, babby, our kid, my lad, my boy, my girl, my eldest,
        my youngest, my middle, young carer, evicted, bereave*, died, funeral, parents
    """,
    "behaviour": """
        suspended, suspension, excluded, exclusion, expelled, isolation, detention, behaviour,
        kicked off, ran away, runner, runs off, over the fence, bites, bit my, bitten, hit my, hits,
        punched, pushed my, stole, stealing, nicked, vape*, vaping, caught with, caught w, blade, knife,
        weed, swore, swearing, bully, bullies, bullied, bullying, safeguarding, disclos*, police,
        arrested, tag, missing, last seen, not been seen, hasn't been seen, ran off, absent, attendance,
        truant*, bunking, off school, failed, scored, top of the class, top set, bottom set, set 4,
        reading age, working towards, greater depth, passed, sats, grade, grades, marks
    """,
    "routine": """
        every morning, every day, every night, every tue*, every thu*, every wed*, every mon*,
        every fri*, at the gate, walks home, walks to, walk home, bus stop, the bus, the 46, home alone,
        on his own, on her own, picks him up, picks her up, pick up, collects, collected, collect,
        pick-up, drop off, key under, back door, lives at, lives on, lives in, lives next, live at,
        live on, address, staying at, moved to, round ours, party, sleepover, after club,
        swimming lesson, training at, plays for, waits, waiting at, door number, saturday, street, road,
        lane, close, terrace, avenue, drive, next door
    """,
    "appearance": """
        hair, plaits, red hair, ginger, curly, tall, short, small for, big bow, glasses, specs, braces,
        coat, jacket, scar, birthmark, patka, hijab, turban, wearing, photo, picture, pic, in the photo,
        left, right, front row, back row, second from, top left, bottom right, at 0, at 1, at 2, video
    """,
    "child": """
        boy, girl, lad, lass, kid, little one, little lad, little girl, child, pupil, student, son,
        daughter, the only one, only one in, the one who, the one with, that one, wee man, bairn, tot,
        toddler, youngster, teen, teenager, y7, y8, prefect, head boy, head girl, captain, champion,
        winner, winners, congratulations, well done, star of the week, birthday, happy birthday, proud
    """,
    "own_child": """
        my son, my daughter, my lad, my boy, my girl, our son, our daughter, our girl, our boy,
        my grandson, my granddaughter, my nephew, my niece, my stepson, my stepdaughter,
        my little brother, my little sister, my brother, my sister, my eldest, my youngest, our kid,
        my child, my kid, my twins, proud mum, proud dad, proud nan, his mum, her mum, their mum,
        his dad, her dad, mum of, dad of, nan of, nan to, nana to
    """,
    "self_naming": """
        i'm, im, i am, its, it's, this is, my name is, my name's, call me, add me, me and, names, from
    """,
    "initials_hint": """
        initials, begins with, starts with, starts w, rhymes with, first name, second name, surname
    """,
    "adult_hint": """
        class of, ex pupil, ex-pupil, old pupil, former pupil, left in, aged 3*, aged 4*, aged 5*,
        aged 6*, aged 7*, in 19*, in 200*, in 201*, as was, née, nee, years ago, back in, when i was,
        retired, now a, plumber, vet, nurse, councillor, cllr, author, mp
    """,
    "not_named": """
        won't say, wont say, not saying who, no names, not naming, without naming, i won't name,
        unnamed, whoever she is, whoever he is, don't want to put who, would mind, a child, a boy,
        a girl, a pupil, someone's child, somebody's child, some kid, a kid, kids, children, pupils,
        everyone, the whole class, all of
    """,
    "fame": """
        anne frank, shakespeare, churchill, mandela, rosa parks, marcus rashford, harry potter, romeo,
        juliet, macbeth, character, author, king, queen, prince, president, prime minister, saint, st,
        street, road, film, movie, book, song, singer, band, player, goalkeeper, striker,
        premier league, bbc, netflix
    """,
}
