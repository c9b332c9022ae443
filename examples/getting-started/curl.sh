#!/bin/sh
set -eu
api=${1:-http://127.0.0.1:3000}
event="everton-fulham $(date +%s)"
# In a path, an event id is percent-encoded.
path="$api/events/$(printf %s "$event" | sed 's/ /%20/g')"

# -- place
curl -sS --fail-with-body "$api/bets" -H 'Content-Type: application/json' \
  -d "{\"event_id\": \"$event\", \"amount\": \"10.50\"}"

# -- retry
# Make the key before the first try, and use it again in each retry: it places one bet. curl sends
# it again after no answer, 408, 429 or 5xx. Any other answer is final.
key="my-shop-$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)"
curl -sS --max-time 10 --retry 5 --retry-all-errors "$api/bets" \
  -H 'Content-Type: application/json' -H "Idempotency-Key: $key" \
  -d "{\"event_id\": \"$event\", \"amount\": \"25.00\"}"

# -- page
# The header Link leads to the next page. The last page has none.
query='?limit=1'
for page in 1 2; do
  curl -sS --fail-with-body -D headers.txt "$api/bets$query"
  query=$(sed -n 's/^link: <[^?]*\(?.*\)>; rel="next".*/\1/pi' headers.txt)
  test -n "$query" || break
done

# -- settle
# If-Match lets the result in only if nobody has decided since you looked.
etag=$(curl -sS --fail-with-body -o /dev/null -D - "$path" | tr -d '\r' | sed -n 's/^etag: //pi')
curl -sS --fail-with-body -X PUT "$path" -H 'Content-Type: application/json' \
  -H "If-Match: $etag" -H "Authorization: Bearer ${TOKEN:-}" -d '{"status": "WIN"}'
