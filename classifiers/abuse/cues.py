"""Hints of abuse and of its kinds: plain words only, the n-gram models know the coarse ones."""

KINDS = {
    "insult": """
        idiot*, moron*, stupid, thick, dumb, clown*, muppet*, pathetic, useless, waste of space,
        waste of skin, waste of oxygen, waste of air, joke of a, disgrace, disgusting, vile, scum*, rat,
        rats, cow, old bag, old bat, witch, hag, pig, pigs, dog, snake*, toad, worm, slug, ugly, fat,
        fatty, whale, beached, stinks, stink, smelly, smells, minging, minger, munter, rank, tramp,
        chav*, skank*, slag, slags, tart, loser*, loner, freak*, weirdo*, weird kid, creep*, wet wipe,
        melt, mug, beg, neek, wasteman, wasteyute, moist, dusty, dickhead, d*ckhead, prick*, pr*ck,
        twat, t*at, tw*t, b*tch, bitch, bint, cretin*, imbecile*, brainless, gormless, clueless,
        spineless, two faced, two-faced, liar*, jobsworth*, dictator, tyrant, bully, nasty piece,
        piece of work, piece of trash, trash, garbage, scumbag*, vermin, parasite*, leech*, toerag,
        brat, thick as, dense, inbred*, gimp, plank, spoon, wally, pillock, numpty, tosser*, wanker*,
        w*nker*, bellend, knob, knobhead, arsehole, a*sehole, p*ssy, face like, looks like a,
        look like a, built like, brain of a, sour faced, miserable, mardy, crusty, decrepit, dinosaur,
        doormat, fraud, talentless, no talent, nobody likes, no one likes, everyone hates, we all hate,
        hate her, hate him, hate you, hate this, cant stand, can't stand, shut up, shut ya, shut your,
        get lost, do one, jog on, go away, crawl back, gob, fat mouth, big mouth, brain cell*, iq, 🤡, 🐷,
        🐽, 🐄, 🐀, 🐍, 🤮, 🤢, 💩, 🐳, 🐖, 🗑, 🦍, 🐒, 🐵
    """,
    "threat": """
        watch your back, watch ur back, watch yourself, watch it, gonna get, going to get, ur dead,
        you're dead, your dead, you are dead, dead man, d3ad, dead outside, i'll find, ill find,
        find out where, know where you live, know where u live, know where he, know where she,
        know ur road, know your road, know what car, what car, your reg, ur reg, i'll be waiting,
        ill be waiting, be waiting, see you at, see u at, see u outside, meet me outside,
        outside the gates, home time, after school, after p5, batter, batter u, batter him, batter her,
        smash ur, smash your, smash his, smash her face, smash her, break ur, break your, break his,
        break her, knock out, knock him, knock her, knock your, knock ur, kick ur, kick your,
        kick his head, swing for, lamp him, lamp her, lamp you, deck him, stab*, shank, knife, gun,
        shoot*, bomb, blow up, blown to bits, burn it down, burn down, burn the, torch the, torch that,
        petrol, acid, hang, hung from, hanged, flagpole, lamppost, string her up, string him up,
        kill you, kill u, kill him, kill her, kill them, kill that, gonna kill, will kill, i'd kill,
        slit, throat, teeth, picking up your teeth, in a bag, in a box, in the ground, six feet,
        6ft under, hospital, ambulance, wont be walking, won't be walking, legs broken, jump him,
        jump her, jumping, jumped, rushed, getting rushed, getting dragged, boot u, boot him, boot her,
        lick him, lick her, good hiding, hiding, sort him out, sort her out, sort them out,
        someone should, somebody should, someone needs to, tyres, windscreen, brick through, brick,
        car parked, parks on, walks home, walks her dog, be a shame, shame if, you'll regret,
        you will regret, you'll pay, you will pay, gonna pay, last warning, final warning,
        next 48 hours, enjoy monday, enjoy the next, tick tock, countdown, bring your teeth,
        bring ur mates, 🔪, 🔫, 💣, 🩸, 👊, ⚰, ☠, 🪦, 🧨, 🪓, put down, put them down, exterminat*, cull
    """,
    "self_harm_encouragement": """
        kys, k y s, kill yourself, kill urself, kill yaself, kill ur self, unalive, unalive yourself,
        unalive urself, end it, end yourself, end urself, top yourself, do it then, just do it,
        do everyone a favour, favour and, drink bleach, jump off, jump then, take the pills, rope,
        skipping rope, bridge is, hang yourself, hang urself, neck yourself, neck urself, dont wake up,
        don't wake up, go to sleep and, still here, still breathing, nobody would miss,
        no one would miss, no1 would miss, wouldn't miss, wudnt miss, nobody would notice,
        no one would notice, no1 would notice, better off without, better off dead,
        world would be better, go die, go n die, just die, die already, hope u die, hope you die,
        should die, longer sleeves, cut deeper, next lol, who's next, join him, join her,
        come to the funeral, ur funeral, your funeral, attention seeker, cried for attention, bleach
    """,
    "sexual": """
        fit, well fit, milf, would smash, i'd smash, id smash, smash that, smash or pass, i'd bang,
        would bang, bang her, i'd do her, would do, (would, i'd ruin, get on, get on that, detention,
        keep me behind, naughty, bending over, bend over, leggings, bum, arse, tits, boobs, rack,
        thighs, hips, legs on, curves, sexy, hot teacher, hotteacher, hotter, phwoar, nudes, send nudes,
        dick pic, d*ck pic, strip, undress*, unwrap, wet dream, fantas*, bikini, underwear, knickers,
        bra, rate her, rate the, rank the, 👅, 🍑, 🍆, 💦, 😩, 🥵, 😋, 😏, 💋,
        slide in, dms, her insta, virgin,
        frigid, easy, gets around, slept with half, on her knees, on my lap, ride
    """,
    "hate": """
        go back to, back to where, back to ur, back to your, own country, send them back,
        send them home, deport*, next boat, boat back, this is england, our country, taking over,
        invad*, invasion, foreign*, foreigner*, immigrant*, migrant*, asylum, refugee*, muslim*, islam*,
        mosque, jew, jews, jewish, catholic*, papist*, left footers, left-footers, gypsy, g*psy, gypo,
        g*po, traveller*, pikey, p*key, p*kies, p*ki*, n*gg*, ch*nk*, black, white kids, brown,
        coloured, terrorist*, bin bag, bin bags, letterbox*, hijab, burka, turban, gay, gayyy*, lesbo,
        homo, f*g, f*gs, queer, trans, tranny, tr*nny, pronoun*, boy or a girl, wants to be a boy,
        retard*, r*tard*, sp*z, spaz*, sped, special needs, mong, m*ng, cripple*, cr*pple, vegetable,
        wheelchair*, downs, down's, autis*, stammer, accent, speak english, cant speak english, curry,
        banana, monkey*, ape, apes, cotton, slave, women belong, kitchen where, hormones, hormonal,
        put a bloke, benefit*, council house, council estate, their kind, that sort, those people,
        that lot, these people, inbred*, infest*, breeding, vermin, 🐒, 🍌, 🦍
    """,
    "harassment": """
        everyone tell, everyone message, everyone report, all message, let's all, lets all, share this,
        spread it, spread this, pass it on, post him, post her, tag her, tag him, tag them,
        name and shame, find her, find him, find out where, here's her, here's his, heres her,
        heres his, her address, his address, her number, his number, number plate, her phone, lives at,
        lives on, ring her, ring him, ring the office, email her, email him, flood, bombard,
        keep ringing, dont talk to, don't talk to, nobody talk, block him, block her, blok, ignore her,
        ignore him, dont sit, don't sit, dont sit near, make her life, make his life, hell, petition to,
        vote, rate him, rate her, rate this, comment 🐽, comment if, like if, who's in, whos in,
        group chat, gc, account, every day till, every day until, sent her, sent him, msgs now,
        she blocked me, he blocked me, tell her what you think, tell him what you think, pile in,
        pile on, come on girls, go on girls, mums of, get him out, get her out, get rid, hounded, throw
    """,
}

QUIET = {
    "reports_abuse": """
        called my, called me, called him, called her, called us, was called, being called,
        getting called, said to my, shouted at my, shouted "*, someone on here, somebody wrote,
        whoever wrote, whoever said, whoever is, saying that, comments like, words like, stop calling,
        stop saying, don't call, dont call, isn't ok, not ok, isn't banter, not banter, that's not,
        we don't say, we do not tolerate, zero tolerance, report it, reported, racism, anti-bullying,
        kick it out, bullied, bullying, bully, trolls, abuse, abusive, hateful, hurtful, be kind,
        kindness, unkind, shame on whoever, shame on, disgusted by
    """,
    "self_mocking": """
        i'm an idiot, im an idiot, i am an idiot, i'm so stupid, i look like, i looked like, i was a,
        me at, me when, my own, sue me, my fault, kill me, shoot me, i'm dead, im dead, i died,
        i'm crying, im crying, i will die, i'd die, could have died, nearly died, my legs, my knees,
        my back, my feet
    """,
    "second_person": "you, your, you're, ur, u, ya, yer, yours, you lot, u lot, yous",
    "third_person": """
        he, she, him, her, his, hers, they, them, their, that woman, that man, that girl, that boy, that kid,
        this kid
    """,
    "child_subject": """
        boy, girl, lad, kid, kids, little one, pupil, pupils, student, students, year 7s, y7s, y9s,
        y10s, son, daughter, brother, sister, twin, twins, child, children, little lad, lass, bairn,
        wean, babby, everyone in, class, form
    """,
}
