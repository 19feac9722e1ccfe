# Keeps the answer to method $2 and path $3 as number $1.
ask() { curl "${options[@]}" -X "$2" -u "$KPBX_USERNAME:$(md5 "$KPBX_PASSWORD" 32)" "$url/rest$3" >"$work/$1"; }

send() {
  say "$1 $2"
  curl "${options[@]}" -X "$1" -u "$KPBX_USERNAME:$(md5 "$KPBX_PASSWORD" 32)" "${@:3}" "$url/rest$2" |
    answer last || missed
}

send_xml() { send "$1" "$2" -H 'Content-Type: application/xml' --data-binary "<?xml version=\"1.0\"?><kpbx_request>${3:-}</kpbx_request>"; }

answered() { head -n 1 "$work/$1" | grep -q '^HTTP/[0-9.]* 200'; }

# What there is of a kind before anything is sent: $1 its name, $2 list, $3 record, $4 key, then what
# the objects that are made here will hold.
look() {
  ask "before-$1" GET "$2" && answered "before-$1" || stop "GET $2 gave no list: nothing was sent"
  records "before-$1" "$3" "$4" >"$work/before-$1.keys"
  local there
  there="$(records "before-$1" "$3" "$4" "${@:5}" | head -n 1)"
  [ -z "$there" ] || stop "the $1 $there is there already, and would be changed: set the variables at the head to free numbers, or remove it; nothing was sent"
}

# Takes away what was not there before: $1 name, $2 list, $3 record, $4 key, $5 where one is removed,
# then what its records hold.
take_away() {
  local key
  ask "after-$1" GET "$2" || return
  while IFS= read -r key; do
    grep -qxF -e "$key" "$work/before-$1.keys" && continue
    send DELETE "$5$(path "$key")"
    removed=yes
  done < <(records "after-$1" "$3" "$4" "${@:6}")
}

pending() { ask pending GET /pbx/pending && grep -q '<pbx_pending> *true *</pbx_pending>' "$work/pending"; }

body_of() { sed '1,/^[[:space:]]*$/d' "$work/$1" | tr -d '\r\n' | awk '{ gsub("><", ">\n<"); print }'; }

# Says whether method $2 and path $3 show the same as before anything was sent (number found-$1).
compare() {
  ask "end-$1" "$2" "$3" || return
  if diff <(body_of "found-$1") <(body_of "end-$1") >"$work/diff"; then
    echo "$2 $3 shows the same as before"
  else
    echo "$2 $3 shows something else than before (<), put it back yourself:"
    tr -d '\000-\010\013-\037\177' <"$work/diff"
  fi
}
