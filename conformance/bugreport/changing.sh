ask() { curl "${options[@]}" -u "$KPBX_USERNAME:$(md5 "$KPBX_PASSWORD" 32)" "$url/rest$2" >"$work/$1"; }

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
  ask "before-$1" "$2" && answered "before-$1" || stop "GET $2 gave no list: nothing was sent"
  records "before-$1" "$3" "$4" >"$work/before-$1.keys"
  local there
  there="$(records "before-$1" "$3" "$4" "${@:5}" | head -n 1)"
  [ -z "$there" ] || stop "the $1 $there is there already, and would be changed: set the variables at the head to free numbers, or remove it; nothing was sent"
}

# Takes away what was not there before: $1 name, $2 list, $3 record, $4 key, $5 where one is removed,
# then what its records hold.
take_away() {
  local key
  ask "after-$1" "$2" || return
  while IFS= read -r key; do
    grep -qxF -e "$key" "$work/before-$1.keys" || send DELETE "$5$(path "$key")"
  done < <(records "after-$1" "$3" "$4" "${@:6}")
}

pending() { ask pending /pbx/pending && grep -q '<pbx_pending> *true *</pbx_pending>' "$work/pending"; }
