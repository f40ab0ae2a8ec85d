"""Many clients at once, over real HTTP (CONTRACT 4, concurrency)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from upsertspec_server.serving import serve_in_thread

CLIENTS = 20
HEADERS = {"Authorization": "Bearer editor-token"}


@pytest.fixture
def post(app):
    """Posts one body a client, all at once; gives the answers."""
    with serve_in_thread(app) as url:

        def send(body):
            with requests.Session() as session:
                path = f"{url}/api/tables/contacts/records/upsert"
                return session.post(path, json=body, headers=HEADERS, timeout=60)

        with ThreadPoolExecutor(CLIENTS) as pool:
            yield lambda bodies: list(pool.map(send, bodies))


@pytest.mark.parametrize("mode", ["update", "ignore"])
def test_one_new_key_is_created_once(post, mode):
    bodies = [
        {"fields": {"email": "one", "name": f"N{number}"}, "matchFields": ["email"], "onConflict": mode}
        for number in range(CLIENTS)
    ]
    answers = post(bodies)
    assert {answer.status_code for answer in answers} == {200}
    other = "updated" if mode == "update" else "ignored"
    assert Counter(answer.json()["operation"] for answer in answers) == {"created": 1, other: CLIENTS - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    times = [answer.json()["record"]["updated_at"] for answer in answers]
    assert len(set(times)) == (CLIENTS if mode == "update" else 1)


def test_different_keys_all_succeed(post):
    answers = post([{"fields": {"email": f"{n}", "name": "N"}, "matchFields": ["email"]} for n in range(CLIENTS)])
    assert Counter(answer.json()["operation"] for answer in answers) == {"created": CLIENTS}


def test_batches_that_overlap_end(post):
    orders = [range(50), range(49, -1, -1)] * 4
    bodies = [
        {"records": [{"email": f"{n}", "name": "N"} for n in order], "matchFields": ["email"]} for order in orders
    ]
    answers = post(bodies)
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.json()["created"] for answer in answers) == 50
