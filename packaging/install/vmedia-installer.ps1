# Installs vmedia @VERSION@ for the current user on Windows (x64, and ARM64 through emulation): .\vmedia-installer.ps1 [FOLDER]
#
# Downloads one archive of the release, compares it with the SHA-256 below, copies the program into FOLDER
# [default: %LOCALAPPDATA%\Programs\vmedia], and adds that folder to the user's PATH. VMEDIA_DOWNLOAD_URL names a mirror of the release's files.
param([string]$Folder = (Join-Path $env:LOCALAPPDATA 'Programs\vmedia'))

$ErrorActionPreference = 'Stop'
# Without it, Windows PowerShell 5.1 redraws a bar for each block and takes minutes.
$ProgressPreference = 'SilentlyContinue'
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

$name = 'vmedia-@VERSION@-x86_64-pc-windows-msvc'
$digest = '@x86_64-pc-windows-msvc@'
$downloads = if ($env:VMEDIA_DOWNLOAD_URL) { $env:VMEDIA_DOWNLOAD_URL } else { '@DOWNLOADS@' }

$temporary = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $temporary | Out-Null
try {
    $archive = Join-Path $temporary "$name.zip"
    Invoke-WebRequest -UseBasicParsing -Uri "$downloads/$name.zip" -OutFile $archive
    $sum = (Get-FileHash -Algorithm SHA256 -LiteralPath $archive).Hash
    if ($sum -ne $digest) {
        throw "$name.zip has the SHA-256 $sum, not $digest; nothing was installed: download again"
    }
    Expand-Archive -LiteralPath $archive -DestinationPath $temporary
    New-Item -ItemType Directory -Force -Path $Folder | Out-Null
    $Folder = (Resolve-Path -LiteralPath $Folder).ProviderPath
    Copy-Item -Force -LiteralPath (Join-Path $temporary "$name\vmedia.exe") -Destination $Folder
} finally {
    Remove-Item -Recurse -Force -LiteralPath $temporary
}

# Read as it is written, so that a %VARIABLE% in it stays one.
$key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
$folders = @($key.GetValue('Path', '', 'DoNotExpandEnvironmentNames') -split ';' | Where-Object { $_ })
if ($folders -notcontains $Folder) {
    $key.SetValue('Path', (($folders + $Folder) -join ';'), 'ExpandString')
    # Removes a variable that does not exist: Windows then reads all of them again.
    [Environment]::SetEnvironmentVariable('VMEDIA_INSTALLER', $null, 'User')
}
$key.Close()
$env:Path = "$env:Path;$Folder"
Write-Output "installed $(Join-Path $Folder 'vmedia.exe')"
Write-Output 'try it: vmedia demo'
