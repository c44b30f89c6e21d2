# Completions of vmedia for PowerShell. The program says what may stand at the cursor, and PowerShell completes paths itself.

Register-ArgumentCompleter -Native -CommandName 'vmedia' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # Words are handed over as text: nothing in them is run. Windows PowerShell leaves out empty words, so the last one has a mark.
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
        })
    $program = Get-Command -Name 'vmedia' -CommandType Application -TotalCount 1 -ErrorAction SilentlyContinue
    if (-not $program) { return }
    foreach ($line in @(& $program.Source '__complete' 'powershell' '--' @words "=$wordToComplete" 2> $null)) {
        $value, $help = $line -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
