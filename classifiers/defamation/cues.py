"""What may be imputed, and how people impute it: hints for the model, never a verdict."""

IMPUTED = {
    "imputes_money": """
        embezzl*, pocket the, pocketed, pocketing, backhander*, kickback*, brown envelope*, on the take,
        fiddl*, cook the books, cooked the books, cooking the books, laundering, launder*, invoice*,
        invoiced, petty cash, slush, ghost pupil*, ghost teacher*, ghost staff, payroll, timesheet*,
        expenses, skim*, siphon*, swindl*, scam*, con artist, con man, conman, rip off merchant, misus*,
        where did the money, where has the money, where's the money, where the money, where did it go,
        money went, money goes, money gone, money missing, never reached, went missing, half the money,
        same address, shell company, tender*, contract went, gave the contract, the contract to,
        his mate's firm, her husband's firm, brother in law, his cousin, her cousin, her husband's,
        his wife's, pays her, pays his, own company, bank statement*, accounts show, the accounts,
        the receipts, no receipt*, raffle money, collection tin, on ebay, on vinted, car boot, sold the,
        selling the, sells it, pupil premium, cash in hand, paid twice, claimed for, claims for,
        claiming, charged twice, tax, offshore, fund, funds, takings, unaccounted, short in the till,
        bonus
    """,
    "imputes_crime": """
        stole, stolen, steals, stealing, nicked, nicking, nicks, robbed, robbing, robs, thief, thieves,
        thieving, theft, fraud*, forged, forger*, forging, arrested, convicted, conviction*,
        criminal record, been inside, done time, did time, prison, jail, police were called,
        police came, raided, seized, charged with, caution for, on bail, on tag, dealing, deals, dealer,
        smuggl*, bribe*, bribing, blackmail*, perjur*, threatened, burglary, burglar, arson*, crook*,
        criminal*, racket, assault*, gbh, abh, knife, stabbed, set fire, vandal*, keyed, smashed up,
        broke into, hacked, selling vapes, selling edibles, sells vapes, selling them, broke the law,
        against the law, illegal*
    """,
    "imputes_violence": """
        hit my, hit a, hits the, hits kids, hitting, slapped, slaps, slapping, smacked, smacks, punched,
        kicked, grabbed, grabs, dragged, drags, dragging, shoved, shoves, pushed, pinned, pins, shook,
        shakes, throttl*, strangl*, manhandl*, yanked, pulled him by, pulled her by, by the arm,
        by the wrist, by the hair, by the collar, by the scruff, face down, locked in, locked him,
        locked her, locked them, lock them in, lock kids, lock the, cupboard, tied to, taped, restrain*,
        bruise*, marks on, left a mark, threw a, threw him, threw her, rough with, rough handl*,
        hurt my, hurts kids, hurting, beat, beats, beaten, battered, bit my, choke*, held down,
        sat on him, twisted
    """,
    "imputes_neglect": """
        left alone, left him, left her, left a child, left my, left on the, left in the, left outside,
        unsupervised, forgot him, forgot her, forgot a, forgotten, wandered off, got out, walked out of,
        onto the road, nobody noticed, no one noticed, asleep, sleeping on, on her phone, on his phone,
        on their phones, refused to call, never called, didn't call, didnt ring, never rang,
        no ambulance, wouldn't let, not allowed to drink, refused water, starv*, no food, epipen*,
        allerg*, insulin, inhaler*, wrong medicine, wrong tablets, wrong dose, gave him the wrong,
        gave her the wrong, went blue, anaphyla*, out of date, best before, date labels, use by,
        rats in, mouldy, wet himself, wet herself, soiled, no dbs, without a dbs, never had a dbs, dbs,
        unchecked, asbestos, fire exit*, fire door*, locked fire, safeguarding fail*, ignored,
        did nothing, done nothing, does nothing, turned a blind eye, blind eye, looked the other way,
        ratio*
    """,
    "imputes_cover_up": """
        cover up, cover-up, covered up, covering up, covers up, covered it up, coverup, covered for,
        covers for, hushed, hush it, hush money, hushed up, swept under, brush it under, brushed under,
        under the carpet, under the rug, buried, burying, bury it, made it go away, went away, paid off,
        pay off, nda, non disclosure, gagging, gagged, silenced, told to keep quiet, told not to say,
        told to say, told us to say, keep it shut, keep quiet, sworn to secrecy, shredd*, deleted the,
        wiped, lost the file, file went missing, records vanish*, missing file, altered, alters,
        altering, doctored, backdat*, back dated, rewritten, rewrote, changed the, changes the, falsif*,
        faked the, fake records, lied to, lied about, lies about, lying about, lying to, told ofsted,
        lied on, hiding, hid the, hidden, whitewash*, quietly left, quietly moved, moved on quietly,
        mutual agreement, by mutual, real reason, why he left, why she left, why they left,
        why he really, why she really, left suddenly, left so suddenly, left in a hurry, overnight,
        suspended, gardening leave, accident book, accident form*, incident form*, the minutes
    """,
    "imputes_sexual": """
        paedo*, pedo*, nonce*, groom*, groped, gropes, touching kids, touched up, touches,
        interfering with, inappropriate relationship, relationship with a pupil,
        relationship with a student, sleeping with, slept with, affair, having it off, carrying on with,
        sixth former, sixth formers, with a pupil, with a student, messages girls, messaging girls,
        messaged us, messaging my, dm'd, dming, dms to, snapchat, on snap, sends pics, sent pics,
        sent her, changing room, changing rooms, lets girls, girls to stay behind, hands on,
        hands all over, hand on her, hands wander*, wandering hands, creep*, pervert*, perv, pervs,
        pervy, stares at girls, looks at girls, up skirt, upskirt*, hidden camera, films the, filming,
        too friendly with, gives lifts, gave her lifts, lifts home, alone with, alone in his,
        locked door, sex offender, register, babysit*, harass*
    """,
    "imputes_drink_drugs": """
        drunk, pissed, steaming, hammered, wasted, smashed, hungover, hung over, reeks of, reeking of,
        reeking, stinks of drink, stank of, smelling of, smells of, smelt of, smell it on, smelt it on,
        smell of drink, smell of wine, smell of gin, smell of vodka, on her breath, on his breath,
        vodka, gin in, wine in, in her flask, in his flask, hip flask, in her mug, in his mug, swig*,
        drinking in, drink problem, drinking problem, drunk in charge, over the limit, breathalys*,
        failed a breath, drink driv*, drink-driv*, lost his licence, lost her licence, alcoholic, weed,
        spliff, stoned, coke, cocaine, snort*, sniff, powder, off his face, off her face,
        off their faces, high as, on drugs, drugs, dealer, pills, bottle in, bottles in, cans of,
        tinnies, slur*, wobbl*, livener, swaying, line of, up her nose, up his nose
    """,
    "imputes_faked": """
        fake degree, fake qualification*, fake cert*, fake cv, faked, fake, phoney, phony,
        never qualified, not qualified, isn't qualified, isnt qualified, unqualified, no qualification*,
        no qts, qts, never finished, dropped out, failed her, failed his, bought her degree,
        bought his degree, bought her, bought his, mail order, off the internet, made up degree,
        isn't a real doctor, not a real doctor, false reference*, false name, sats papers, sats cheat*,
        cheat*, rubbed out, rubbing out, changed answers, changed the answers, gave them the answers,
        gave the answers, told them the answers, answers on the, opened the papers, opened early,
        the papers early, exam board, malpractice, grades were, grade inflation, massaged, massaging,
        fixed the, fixed, rigged, rigging, inflated, made up, invented, making up numbers, census,
        marked present, off rolled, off-rolled, off rolling, off-rolling, register shows, coursework,
        wrote his, wrote her, plagiar*, copied, signed off sick, off sick, sick pay, on the sick,
        long term sick, stress leave
    """,
    "imputes_abuse_of_office": """
        conflict of interest, declared, undeclared, interests, nepotis*, jobs for the, job for her,
        job for his, gave the job, given the job, promised to, without an interview, no interview,
        fake interview*, his mate, her mate, mates rates, his niece, her niece, his nephew, her nephew,
        her sister, his brother, her brother, his sister, his son, her daughter's, friends with the,
        golf, handshake, funny handshake*, old boys, in the pocket of, in his pocket, waiting list,
        jumped the queue, bumped up, favour*, got a place, wrong catchment, fake address, data breach,
        leaked, leaks, confidential, in confidence, broke confidence, told everyone, reads out,
        read out, spying, spies on, racist, racism, called my, called a, called him a, called her a,
        n-word, n word, p-word, discriminat*, picks on, singles out, humiliat*, made him stand,
        made her stand, made them stand, screams at, screamed at, bullies the, bullies kids, bullied by,
        bullying staff, hounded out, forced out, sacked for, sacked from, was sacked, struck off,
        banned from, barred, list 99, left his last school, left her last school, last school,
        previous school, last three schools
    """,
}

MANNER = {
    "rumour": """
        heard, i hear, i've heard, ive heard, word is, rumour*, apparently, allegedly, they say,
        people say, everyone says, someone told me, i was told, was told, i'm told, im told, been told,
        according to, my cousin, my neighbour, my sister in law, my mate, reckon*, supposedly, gossip,
        tea, ravotea, spill, confession*, anon, no smoke, little bird, whisper*, reliable source,
        good authority, on good authority, word on the street, talk of the, common knowledge,
        open secret, everyone knows, everybody knows, we all know, we all knew, all knew, everyone knew,
        everybody knew
    """,
    "asks": """
        ask why, ask him, ask her, ask them, ask what, ask who, ask where, ask how, asking why,
        ask yourself, why did he, why did she, why was, why has, why is, why does, how come, how does a,
        how did, who signed, who paid, where did, where's the, is it true, is it tru, anyone know why,
        anyone know if, does anyone know why, has anyone seen, has anyone actually, what happened to,
        explain, care to explain, just asking, just want to know, funny how, funny that, strange how,
        odd that, odd how, curious, interesting that, coincidence, makes you wonder, wonder why,
        wonder how, wonder what, hypothetical*, suppose, do the sum*, do the math*, draw your own,
        make of that, join the dots, you work it out, not saying, no names, naming no names,
        i'm saying nothing, if you know you know, iykyk, can't say, allowed to say, say no more,
        exactly?
    """,
    "witness": """
        i saw, i've seen, ive seen, seen him, seen her, saw him, saw her, i watched, i was there,
        i was in the room, with my own eyes, i have proof, i've got proof, got proof, have proof, proof,
        got it on video, on video, on camera, cctv, i have the, i've got the, i have a photo,
        i've a photo, got the photos, screenshots, screenshot, recording, voice note, i've the emails,
        have the emails, i kept, i've kept, witness*, minutes, freedom of information, foi, i work,
        i worked, i used to work, i've photos, i counted, i checked, i asked, paperwork, bodycam,
        got a video, my son says, my daughter says, my daughter said, my son said, my son told,
        my daughter told, came home, told me that, told my
    """,
    "school_subject": """
        the school, this school, that school, our school, the academy, the trust, the federation,
        the nursery, the office, the leadership, management, slt, senior leadership, governors,
        the governor, the board, trustees, trustee, the pta, pta, friends of, the kitchen, they, them,
        the staff, staff, teachers, a teacher, teaching assistant, the ta, one of the, a certain,
        volunteer, volunteers, parent helper, parent governor, parent rep, the coach, supply
    """,
    "person_subject": """
        teacher, teachers, head, headteacher, principal, deputy, governor, coach, ta, assistant,
        caretaker, cook, dinner lady, dinner ladies, secretary, receptionist, bursar, driver, tutor,
        tutors, mum, dad, mother, father, stepdad, parent, sir, miss, him, her, he, she, his, that man,
        that woman, the fella, the bloke, the lady, that bloke, lad, lads
    """,
}

HARMLESS_MANNER = {
    "official": """
        ofsted, the report, published, inspection, inspectors, requires improvement, outstanding,
        companies house, tribunal found, court heard, was fined, the council's, the bbc, the gazette,
        the courier, newspaper, in the news, statement says, letter says, policy says, figures,
        data show, league table*, census figures
    """,
    "opinion": """
        i think, i feel, in my opinion, imo, imho, in our view, my view, personally, disappointed,
        disappointing, poor communication, communication, let down, not impressed, frustrated,
        frustrating, unacceptable, badly run, poorly run, waste of, could do better, needs to,
        should have, shouldn't have, wrong call, overpriced, expensive, rude, unhelpful, never answer,
        no reply, don't reply, doesn't reply, haven't heard back, waited, waiting for, still waiting,
        parking, uniform, car park, traffic, app, portal, website, dinner money, lost property,
        homework, wifi, queue, lunch queue
    """,
    "answers_rumour": """
        not true, isn't true, isnt true, untrue, no truth, rubbish rumour*, stop spreading,
        don't spread, dont spread, stop speculating, innocent until, wait for, let them investigate,
        leave her alone, leave him alone, leave them alone, nothing to do with, wasn't, wasn't him,
        wasn't her, cleared, apologised, explained, refunded, fair play, mistake, accident,
        it was an accident, calm down, before you type, fact check, please don't, i don't believe,
        unfair on, in fairness, to be fair, for the record, sorted, resolved, contrary to
    """,
    "jest": """
        lol, lmao, haha*, hehe, joking, jk, only joking, 😂, 🤣, 😅, 😆, bless, bless him, bless her, love,
        legend, hero, star, brilliant, amazing, fantastic, lovely, gorgeous, proud, well done,
        thank you, thanks, thank u, congrat*, happy birthday, fair play, best, great, cheers, ❤, 💚, 💙,
        🎉, 👏, good luck, can't wait, beautiful, fab, fabulous, made my day, crying laughing, dead 😂,
        i'm dead, im dead, hilarious, funny, iconic, queen, king, goat
    """,
    "fiction": """
        play, panto, pantomime, nativity, macbeth, shakespeare, dickens, oliver, novel, book, poem,
        poetry, film, movie, episode, history, tudor*, victorian*, roman*, viking*, war, ww2, revision,
        gcse, paper 1, essay, character, chapter, drama, scene, lyrics, song, musical, museum,
        documentary, game, match, goal, ref, var, halloween, costume, villain, project, assembly, quiz,
        science, experiment, chess, football, netball, rugby, cricket, tug of war, sports day
    """,
}
