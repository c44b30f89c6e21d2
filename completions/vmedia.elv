# Completions of vmedia for Elvish. The program says what may stand at the cursor.

set edit:completion:arg-completer[vmedia] = {|@words|
    e:vmedia __complete elvish -- $@words 2>/dev/null | from-lines
}
