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

def winogrande(sentence, one, other, answer):
    return {"sentence": sentence, "option1": one, "option2": other, "answer": answer}


ALL = {
    "winogrande": (winogrande, WINOGRANDE),
}


def rows():
    """For each task and split its rows."""
    return {task: {split: [make(*values) for values in table] for split, table in splits.items()}
            for task, (make, splits) in ALL.items()}
