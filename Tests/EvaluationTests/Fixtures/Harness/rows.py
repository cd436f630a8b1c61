"""Rows of our own in the schemas of the original data sets, odd ones among them; no text of a data set is here."""

WINOGRANDE = {
    "train": [
        ("The cup would not fit into the drawer because the _ was too wide.", "cup", "drawer", "1"),
        ("Nora lent Ida her bicycle, and _ forgot to bring it back.", "Nora", "Ida", "2"),
        ("The soup was hotter than the tea, so he let the _ cool first.", "soup", "tea", "1"),
        ("The nail bent under the hammer, since the _ was soft.", "nail", "hammer", "1"),
        ("Ole thanked Per, for _ had helped him.", "Ole", "Per", "2"),
    ],
    "validation": [
        ("The rope held the boat until the _ tore in the storm.", "rope", "boat", "1"),
        # The same row is in the pool, so that it must not be its own example.
        ("Nora lent Ida her bicycle, and _ forgot to bring it back.", "Nora", "Ida", "2"),
        ("_ sang louder than Zoë, who had a cold.", "Émile", "Zoë", "1"),
        ("She chose tea over coffee, for she liked the _", "tea", "coffee", "1"),
        ("The key_ring and the _ were lost ;  nobody\r\nlooked.\n", " lock ", "ke\u0301y", "2"),
        ("Anna paid Bea what she owed, so _ was glad.  ", "Anna", "Bea", "2"),
    ],
}

MEDQA = {
    "train": [
        ("A runner's calf cramps at night. Which mineral is asked for first?",
         ["Magnesium", "Gold", "Neon", "Lead"], 0),
        ("Which organ makes bile?", ["Heart", "Liver", "Lung", "Skin"], 1),
        ("What does a femur belong to?", ["Arm", "Ear", "Jaw", "Leg"], 3),
        ("Which cell carries oxygen?", ["Nerve cell", "Fat cell", "Red blood cell", "Bone cell"], 2),
    ],
    "test": [
        ("A 41-year-old gardener has a red thumb after a rose's prick. What is cleaned first?",
         ["The wound", "The rose", "The glove", "The gate"], 0),
        ("Temperature 38,5 °C;\nheart rate 110/min.\nWhat is it called?",
         ["Fever & chill", "<fever>", "\"Fever\"", "Fever\u00a0"], 2),
        (" What is 6 × 7 mg? ", ["42", "13", " 42 mg", ""], 0),
        ("Which vitamin is made in the skin?", ["A", "B", "C", "D"], 3),
        ("Answer: which word stands first?\r\n", ["Question", "Answer", "{{sent1}}", "{% raw %}"], 1),
    ],
}

MEDMCQA = {
    "train": [
        ("Which tooth is lost first?", ["Incisor", "Molar", "Premolar", "Canine"], 0, "Dental", "single"),
        ("Lens is held by", ["Zonules", "Iris", "Sclera", "Retina"], 0, "Anatomy", "single"),
        ("Insulin is made in", ["Liver", "Spleen", "Pancreas", "Colon"], 2, "Physiology", "single"),
        ("Snow blindness comes from", ["Heat", "Dust", "Smoke", "Ultraviolet light"], 3, "Optics", "multi"),
    ],
    "validation": [
        # The same row is in the pool: this task may show it.
        ("Insulin is made in", ["Liver", "Spleen", "Pancreas", "Colon"], 2, "Physiology", "single"),
        ("pH of pure water at 25 °C -", ["6", "7", "8", "All of the above"], 1, "Biochemistry", "single"),
        ("Not true of the patella is:\n", ["Is a bone", "Lies in the knee ", "Sesamoid", "Has teeth"], 3, None, "multi"),
        ("Muscle “of smiling”", ["Zygomaticus", "Soleus", "ß-cell", ""], 0, "Anatomy", "single"),
        ("  Vector of sleeping sickness", ["Flea", "Tsetse fly", "Louse", "Mite"], 1, "Parasitology", "single"),
    ],
}

PUBMEDQA = {
    "train": [
        (["We asked 20 bakers about sleep.", "They slept less than 20 cooks."], "Do bakers sleep less?", "yes"),
        (["Mice were given tea.", "No weight changed."], "Does tea make mice heavier?", "no"),
        (["Three walks were timed."], "Is a short walk enough?", "maybe"),
        (["Plants stood in noise for 9 days.", "Leaves were counted.", "Counts were equal."],
         "Does noise cost leaves?", "no"),
    ],
    "test": [
        (["Forty cyclists rode with and without music.", "Times fell by 2 % (p<0.05) with music."],
         "Do cyclists ride faster with music?", "yes"),
        (["One line\nwith a break.", " A line with spaces. "], " Is it enough? ", "maybe"),
        (["Only one context: α-blockers, 5 µg·kg⁻¹."], "Do α-blockers help?\n", "no"),
        ([], "May an abstract be empty?", "no"),
        (["'Quoted'", "\"double\"", "tab\there"], "Are quotes kept, as in {{QUESTION}}?", "yes"),
    ],
}


def winogrande(sentence, one, other, answer):
    return {"sentence": sentence, "option1": one, "option2": other, "answer": answer}


def medqa(question, endings, label):
    return {"id": f"m{len(question)}", "sent1": question, "sent2": "",
            **{f"ending{index}": text for index, text in enumerate(endings)}, "label": label}


def medmcqa(question, options, right, subject, kind):
    return {"id": f"q{len(question)}", "question": question,
            **dict(zip(["opa", "opb", "opc", "opd"], options)), "cop": right, "choice_type": kind,
            "exp": None, "subject_name": subject, "topic_name": None}


def pubmedqa(contexts, question, decision):
    return {"QUESTION": question, "CONTEXTS": contexts, "LABELS": ["PART"] * len(contexts), "MESHES": [],
            "YEAR": "2020", "reasoning_required_pred": decision, "reasoning_free_pred": decision,
            "final_decision": decision, "LONG_ANSWER": "Made up."}


ALL = {
    "winogrande": (winogrande, WINOGRANDE),
    "medqa_4options": (medqa, MEDQA),
    "medmcqa": (medmcqa, MEDMCQA),
    "pubmedqa": (pubmedqa, PUBMEDQA),
}


def rows():
    """For each task and split its rows."""
    return {task: {split: [make(*values) for values in table] for split, table in splits.items()}
            for task, (make, splits) in ALL.items()}
