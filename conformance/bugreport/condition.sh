# Brings a lab condition ($1) about (on), or ends it (off): by the program that KPBX_LAB_HOOK names,
# else by whoever sits at the terminal.
condition() {
  say "lab condition $1: $2"
  if [ -n "${KPBX_LAB_HOOK:-}" ]; then
    "$KPBX_LAB_HOOK" "$1" "$2" || stop "$KPBX_LAB_HOOK $1 $2 failed" 1
  else
    read -r -p "Turn the condition $1 $2 on the PBX, then press Enter: " _ || stop "interrupted" 1
  fi
}

[ -n "${KPBX_LAB_HOOK:-}" ] || [ -t 0 ] ||
  stop "it needs lab conditions: name a program that brings them about in KPBX_LAB_HOOK (called with a condition, and on or off), or run this on a terminal"
