wait_until_back() {
  say "waiting until the PBX answers again (at most ${KPBX_REBOOT_TIMEOUT_S:-300} s)"
  sleep "${KPBX_SETTLE_S:-5}"
  local ends=$((SECONDS + ${KPBX_REBOOT_TIMEOUT_S:-300}))
  while [ "$SECONDS" -lt "$ends" ]; do
    curl "${options[@]}" --max-time 5 -u "$KPBX_USERNAME:$(md5 "$KPBX_PASSWORD" 32)" "$url/rest/pbx/pending" 2>/dev/null |
      head -n 1 | grep -q '^HTTP/[0-9.]* [234]' && return
    sleep 1
  done
  echo "it does not answer"
}
