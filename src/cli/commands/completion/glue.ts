import type { Shell } from './shells.ts';

/*
 * What each shell runs when a person asks for a completion. The command answers with a line for each value, 'VALUE' or 'VALUE<TAB>DESCRIPTION', and a last line ':' with
 * words: 'nospace' (more follows), 'files', 'folders' (the shell adds its own).
 */

/** bash passes the whole line: its own words are broken at ':' and '='. */
const BASH = String.raw`_stagesync() {
  local line rest= values=() IFS=$'\n'
  COMPREPLY=()
  while read -r line; do
    if [[ $line == :* ]]; then rest=$line; else values+=("$line"); fi
  done < <(command stagesync completion answer bash -- "$COMP_POINT" "$COMP_LINE" "$COMP_WORDBREAKS" 2>/dev/null)
  COMPREPLY=("${'$'}{values[@]}")
  [[ $rest == *nospace* ]] && compopt -o nospace
  local cur=${'$'}{COMP_WORDS[COMP_CWORD]}
  [[ $cur == [:=] ]] && cur=
  if [[ $rest == *files* ]]; then
    compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur"))
  elif [[ $rest == *folders* ]]; then
    compopt -o filenames; COMPREPLY+=($(compgen -d -- "$cur"))
  fi
}
complete -F _stagesync stagesync`;

const ZSH = String.raw`(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_stagesync() {
  local line rest= value; local -a values shown more
  while IFS= read -r line; do
    if [[ $line == :* ]]; then rest=$line; continue; fi
    value=${'$'}{line%%$'\t'*}
    values+=("$value"); shown+=("${'$'}{line/$'\t'/  -- }")
  done < <(command stagesync completion answer zsh -- "${'$'}{(@Q)words[2,CURRENT]}" 2>/dev/null)
  [[ $rest == *nospace* ]] && more=(-S '')
  (( $#values )) && compadd -l -d shown "${'$'}{more[@]}" -a values
  if [[ $rest == *files* ]]; then _files; elif [[ $rest == *folders* ]]; then _files -/; fi
}
compdef _stagesync stagesync`;

const FISH = String.raw`function __stagesync_complete
  set -l words (commandline -opc)[2..-1]
  set -l current (commandline -ct)
  for line in (command stagesync completion answer fish -- $words $current 2>/dev/null)
    if string match -q ':*' -- $line
      if string match -q '*files*' -- $line; __fish_complete_path $current
      else if string match -q '*folders*' -- $line; __fish_complete_directories $current
      end
    else
      echo $line
    end
  end
end
complete -c stagesync -f -a '(__stagesync_complete)'`;

const POWERSHELL = String.raw`Register-ArgumentCompleter -Native -CommandName stagesync -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -le $cursorPosition } | ForEach-Object { $_.Extent.Text.Trim('"', "'") })
  if ($wordToComplete -eq '') { $words += '' }
  foreach ($line in (stagesync completion answer powershell -- @words 2>$null)) {
    if ($line.StartsWith(':')) {
      if ($line -match 'files|folders') { [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete) }
      continue
    }
    $value, $description = $line -split "${'`'}t", 2
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', ($description ?? $value))
  }
}`;

const GLUE: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL };

/** The script that a shell has to run to complete the lines of stagesync. */
export const glueFor = (shell: Shell): string => GLUE[shell];
