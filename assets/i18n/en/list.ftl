### What stands between the parts of a text.

# Between parts on one line.
list-parts = {" · "}
# Between the items of a list in a sentence.
list-items = {", "}
# Between sentences.
list-sentences = {" "}
