import json, os, re, sys, time, uuid
from http.client import HTTPException
from urllib.parse import quote, urljoin
from urllib.request import Request, urlopen

api = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:3000"
token = os.environ.get("TOKEN", "")
event_id = f"everton-fulham {time.time_ns()}"


def call(url, method="GET", body=None, headers={}):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    return urlopen(Request(url, data, headers, method=method), timeout=10)


# -- place
bet = {"event_id": event_id, "amount": "10.50"}
with call(api + "/bets", "POST", bet) as placed:
    print(json.load(placed))

# -- retry
# Make the key before the first try, and use it again in each retry: it places one bet.
key = {"Idempotency-Key": f"my-shop-{uuid.uuid4()}"}
for tries in range(1, 6):
    try:
        with call(api + "/bets", "POST", bet, key) as retried:
            print(json.load(retried))
        break
    except (OSError, HTTPException) as error:
        # Do not repeat a 4xx: the service would refuse it again.
        if tries == 5 or 400 <= getattr(error, "code", 500) < 500:
            raise
        time.sleep(0.2 * 2**tries)

# -- page
# The header Link leads to the next page. The last page has none.
url = api + "/bets?limit=1"
for _ in range(2):
    with call(url) as page:
        print(json.load(page))
        link = re.search('<([^>]+)>; rel="next"', page.headers.get("Link", ""))
    if link is None:
        break
    url = urljoin(url, link[1])

# -- settle
# If-Match lets the result in only if nobody has decided since you looked.
event = api + "/events/" + quote(event_id, safe="")
with call(event) as seen:
    condition = {"If-Match": seen.headers["ETag"], "Authorization": f"Bearer {token}"}
with call(event, "PUT", {"status": "WIN"}, condition) as settled:
    print(json.load(settled))
