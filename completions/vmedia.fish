# Completions of vmedia for fish. The program says what may stand at the cursor.

function __vmedia_complete
    command vmedia __complete fish -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor) 2>/dev/null
end

complete --command vmedia --no-files --keep-order --arguments '(__vmedia_complete)'
# After -- stands another command.
complete --command vmedia --condition 'contains -- -- (commandline --current-process --tokenize --cut-at-cursor)' \
    --arguments '(complete --do-complete (commandline --current-token --cut-at-cursor))'
