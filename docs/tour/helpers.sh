# Helpers of the tour. Source this file in the folder in which the demo runs:
#
#   . docs/tour/helpers.sh

API=${API:-http://127.0.0.1:8080}

# Who acts: a client of the demo and, after a colon, the officer for whom the client acts.
FRONT=demo-desk-bandung:bandung-fo-1
BACK=demo-desk-bandung:bandung-bo-1
MANAGER=demo-manager-bandung
PKH=demo-program-pkh
DATA=demo-registry-bandung
ADMIN=demo-admin-bandung
AUDITOR=demo-auditor

secret() { jq -r ".[] | select(.client_id==\"$1\").client_secret" var/demo-credentials.json; }

# token WHO: an access token. A token lives 15 minutes; after 10 minutes this function fetches a new one.
token() {
  local client="${1%%:*}" officer="" file new
  case "$1" in *:*) officer="${1#*:}" ;; esac
  file="var/tour-token-$client-$officer"
  if [ ! -s "$file" ] || [ -n "$(find "$file" -mmin +10)" ]; then
    new="$(curl -s -u "$client:$(secret "$client")" -d "grant_type=client_credentials${officer:+&operator=$officer}" \
      "$API/oauth/token" | jq -er .access_token)" || return
    (umask 077 && printf '%s\n' "$new" > "$file")
  fi
  cat "$file"
}

# call METHOD WHO PATH [BODY]: one request with a JSON body.
call() {
  if [ $# -gt 3 ]; then
    curl -s -X "$1" "$API$3" -H "Authorization: Bearer $(token "$2")" -H 'Content-Type: application/json' -d "$4"
  else
    curl -s -X "$1" "$API$3" -H "Authorization: Bearer $(token "$2")"
  fi
}

# step WHO PATH [BODY]: takes a step (POST /v1/PATH) and prints the state that it leads to.
step() { call POST "$1" "/v1/$2" "${3:-"{}"}" | jq .status; }
