"""Hints that a child may be in danger, or that a picture must not be looked at (high recall wanted)."""

DANGER = {
    "disclosure": """
        comes in my room, touches me, touched me, hits me, hit me, hurts me, hurt me, beats me,
        locks me, makes me, scared to go home, dont want to go home, don't want to go home,
        dont feel safe, don't feel safe, not safe at home, help me, please help, no one believes,
        nobody believes, no one beleives, cant tell, can't tell anyone, don't tell, dont tell,
        my stepdad, stepdad, mum's boyfriend, mums boyfriend, mums bf, mum's bf, mam's fella, her fella,
        when he's drunk, when he drinks, home where, is that normal, lock the door
    """,
    "despair": """
        want to die, wanna die, wanted to die, kill myself, killing myself, end it all, ending it,
        end my life, suicid*, dont want to be here, don't want to be here, dont wanna be here,
        not be here, wish i was dead, wish i wasn't here, want it to stop, wants it 2 stop,
        wants it to stop, cut myself, cutting, cuts herself, cuts himself, self harm*, self-harm*,
        selfharm*, scratching, overdos*, took some tablets, took tablets, took pills, goodbye everyone,
        say goodbye, wont be here, won't be here, can't go on, cant go on, hate myself,
        starving herself, not eating, stopped eating, marks on her arm*, marks on his arm*
    """,
    "exploitation": """
        groom*, older man, grown man, older boyfriend, older lad, 19 year old, messaging him,
        messaging her, sends her money, new phone, new trainers, county lines, carrying for,
        running drugs, picked up by, gets in cars, gets in his car, trafficking, forced marriage, fgm,
        sent abroad, pregnant, bump under, missing, hasn't been seen, not been seen, last seen,
        did not come home, hasn't come home, never came home, ran away, run away, prevent, radicalis*
    """,
    "at_home": """
        bruise*, black eye, belt, hits him, hits her, hit him, hit her, beats him, beats her, screaming,
        kicking off all night, smashed the, social services, social worker*, child protection, cafcass,
        court order, refuge, domestic, d.a., contact supervised, hungry, no lunch, same clothes,
        starving, cold, no heating, left alone at, drunk at, passed out, leaves them, home alone,
        overdose, heroin, needles, deported, foster*, nspcc, childline
    """,
    "care_at_school": """
        restrain*, held down, face down, locked in, cupboard, calm room, isolation room, left alone,
        left on, wandered off, out of the gate, onto the road, no dbs, without dbs, dbs check, epipen*,
        anaphyla*, insulin, wrong medicine, seizure, unsupervised, grabbed, slapped, dragged, bruise,
        safeguarding, disclosed, disclosure, told the safeguarding, lado, dsl, hurt a child, hurt my,
        strip search*, changing room*, toilet door*, fractured, ambulance, concuss*
    """,
    "indecent": """
        nudes, nude, naked, undressed, topless, explicit, intimate, inappropriate photo,
        inappropriate picture, indecent, sexting, sext*, sends pics, sending pics, sent pics,
        pics of herself, pics of himself, pictures of herself, pics of, pictures of girls,
        photos of girls, photo of her, picture of her, fake ai, ai pics, deepfake*, deep fake*,
        undress*, nudify*, in the shower, shower, showers, getting changed, changing room*, changing,
        bath, bath-time, bathtime, getting out of the pool, swimsuit*, swimming costume*, underwear,
        up skirt*, upskirt*, filming girls, filming in, films me, filmed in the, hidden camera,
        camera in, laptop was seized, laptop seized, dirty pictures, images of children, images on his,
        going round, group chat, passing them round, whos got them, who's got them, onlyfans, snapchat,
        leaked, don't look at it, do not look
    """,
}
