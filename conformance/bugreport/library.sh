md5() { printf %s "$1" | md5sum | cut -c1-"$2"; }

xml() { printf %s "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }

path() {
  local text="$1" char number i
  for ((i = 0; i < ${#text}; i++)); do
    char="${text:i:1}"
    case "$char" in
      [A-Za-z0-9._~-]) printf %s "$char" ;;
      *) number="$(printf %d "'$char")"; printf '%%%02X' "$((number & 255))" ;;
    esac
  done
}

stop() { printf 'reproduce.sh: %s\n' "$1" >&2; exit "${2:-2}"; }

say() { printf '\n--- %s\n' "$1"; }

# Keeps an answer as number $1 and shows it, without what a terminal would take for a command.
answer() {
  cat >"$work/$1"
  head -c 20000 "$work/$1" | tr -d '\000-\010\013-\037\177'
  echo
}

missed() { echo "(no answer, or not a whole one)"; }

# The text of tag $3 in each record $2 of answer $1 that holds one of the texts after it; in every
# record if there are none.
records() {
  local number="$1" record="$2" tag="$3" holds
  shift 3
  holds="$(printf '%s\n' "$@")"
  tr -s '\r\n\t ' ' ' <"$work/$number" | sed 's/> />/g; s/ </</g' |
    record="<$record>" tag="<$tag>" holds="$holds" awk '
      BEGIN {
        record = ENVIRON["record"]; tag = ENVIRON["tag"]; end = record; sub("<", "</", end)
        wanted = split(ENVIRON["holds"], hold, "\n")
        if (ENVIRON["holds"] == "") wanted = 0
      }
      { text = text $0 }
      END {
        while ((at = index(text, record)) > 0) {
          text = substr(text, at + length(record))
          piece = text
          if ((at = index(piece, end)) > 0) piece = substr(piece, 1, at - 1)
          held = wanted == 0
          for (i = 1; i <= wanted; i++) if (hold[i] != "" && index(piece, hold[i]) > 0) held = 1
          if (!held) continue
          at = index(piece, tag)
          value = at > 0 ? substr(piece, at + length(tag)) : ""
          sub(/<.*/, "", value)
          print value
        }
      }'
}

# The same where there is one such record alone.
the_record() {
  local found
  found="$(records "$@")"
  case "$found" in '' | *$'\n'*) return 1 ;; esac
  printf %s "$found"
}
