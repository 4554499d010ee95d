"""A device that reports to Sluice. Python 3.8 and newer, nothing to install.

    device = Device("http://localhost:8000", "lab-7:thermometer")
    device.report({"temperature": 21.5})   # kept in a file at once
    device.flush()                         # sent; keeps what could not be delivered

A record has its id before the first try, so that a repeat never doubles it. It leaves the queue only when the gateway
has said what became of it: accepted, or rejected for good (see `rejected`).
"""
import gzip
import json
import random
import sqlite3
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

MAX_RECORDS = 500        # in one request
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0


class Device:
    def __init__(self, url, device_id, token=None, queue="sluice-queue.db", timeout=30):
        self.url, self.device_id, self.token, self.timeout = url.rstrip("/"), device_id, token, timeout
        self.rejected = []  # (record, problem) of this run, for a person to look at
        self.queue = sqlite3.connect(queue)
        self.queue.execute("PRAGMA synchronous = FULL")
        self.queue.execute("CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)")

    def report(self, payload, timestamp=None):
        """Keeps a record until it is delivered. NaN and Infinity raise ValueError: JSON does not have them."""
        record = {
            "record_id": str(uuid.uuid4()),
            "device_id": self.device_id,
            "timestamp": timestamp or datetime.now(timezone.utc).isoformat(),
            "data_payload": payload,
        }
        with self.queue:
            self.queue.execute("INSERT INTO records (text) VALUES (?)", (json.dumps(record, allow_nan=False),))
        return record["record_id"]

    def flush(self, give_up_after=300):
        """Sends what is queued, oldest first, and repeats with growing pauses. Returns how many records are left."""
        deadline, failures, limit = time.monotonic() + give_up_after, 0, MAX_RECORDS
        while True:
            rows = self.queue.execute("SELECT id, text FROM records ORDER BY id LIMIT ?", (limit,)).fetchall()
            if not rows:
                return 0
            status, answer, retry_after = self._post([text for _, text in rows])
            settled = self._settle(rows, status, answer)
            if settled == 0 and status in (400, 413) and limit > 1:
                limit = max(1, len(rows) // 2)  # smaller requests find the record to blame
                continue
            failures = 0 if settled else failures + 1
            if settled and not retry_after:
                continue
            longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** failures)
            pause = retry_after + random.uniform(0, longest)
            if time.monotonic() + pause > deadline:
                return self.queue.execute("SELECT COUNT(*) FROM records").fetchone()[0]
            time.sleep(pause)

    def _post(self, texts):
        """Status, JSON answer and seconds of Retry-After; status 0 if no complete answer came."""
        body = gzip.compress(("[" + ",".join(texts) + "]").encode("utf-8"))
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        request = urllib.request.Request(self.url + "/ingest", data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                return self._read(response.status, response)
        except urllib.error.HTTPError as error:
            return self._read(error.code, error)
        except OSError:
            return 0, {}, 0

    @staticmethod
    def _read(status, response):
        retry_after = response.headers.get("Retry-After", "0")
        try:
            answer = json.loads(response.read())
        except (OSError, ValueError):
            return 0, {}, 0
        return status, answer if isinstance(answer, dict) else {}, int(retry_after) if retry_after.isdigit() else 0

    def _settle(self, rows, status, answer):
        """Removes the records with a final result from the queue. Returns how many that were."""
        results = {result.get("index"): result for result in answer.get("results", [])}
        done = []
        for index, (key, text) in enumerate(rows):
            result = results.get(index, {})
            if result.get("status") == "rejected" or (status in (400, 413, 422) and len(rows) == 1):
                self.rejected.append((json.loads(text), result.get("problem", answer)))
            elif result.get("status") != "accepted":
                continue
            done.append((key,))
        if not done and status == 422:  # no record of the request is valid
            self.rejected += [(json.loads(text), answer) for _, text in rows]
            done = [(key,) for key, _ in rows]
        with self.queue:
            self.queue.executemany("DELETE FROM records WHERE id = ?", done)
        return len(done)


if __name__ == "__main__":
    import sys

    device = Device(*sys.argv[1:4])
    for line in sys.stdin:
        device.report(json.loads(line))
    print(device.flush(), "records are left,", len(device.rejected), "were rejected")
