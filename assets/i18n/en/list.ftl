### What stands between the parts of a text.

# Between parts on one line.
list-parts = {" · "}
# Between the items of a list in a sentence.
list-items = {", "}
# Between sentences.
list-sentences = {" "}

## Two texts in one

# $title: without a full stop, $text: sentences.
list-titled = { $title }. { $text }
# $more: an addition without a full stop.
list-added = { $text }; { $more }
