"""Lists, filters and statistics (CONTRACT 3.2)."""

import pytest

RECORDS = "/api/tables/contacts/records"
PEOPLE = [
    {"email": "1", "name": "lamp", "age": 30, "vip": True, "birthday": "2000-01-01"},
    {"email": "2", "name": "Lamp shade", "age": 20, "status": "pending"},
    {"email": "3", "name": "desk", "age": 30, "vip": False, "status": "pending"},
    {"email": "4", "name": "chair, 100%", "notes": "n"},
]


@pytest.fixture
def emails(call, upsert):
    """The emails of a list, in its order."""
    upsert("contacts", PEOPLE, ["email"])

    def get(query):
        answer = call("GET", f"{RECORDS}?{query}")
        assert answer.status_code == 200, answer.json
        return "".join(each["email"] for each in answer.json["records"])

    return get


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "1234"),
        ("status=pending", "23"),
        ("status=pending&age__gte=30", "3"),
        ("age__gt=20&age__lt=31", "13"),
        ("age__lte=20", "2"),
        ("age__ne=30", "2"),
        ("age__in=20,30", "123"),
        ("age__isnull=true", "4"),
        ("age__isnull=false", "123"),
        ("name__contains=lamp", "1"),
        ("name__contains=%25", "4"),
        ("name__contains=_", ""),
        ("name__eq=desk", "3"),
        ("vip=true", "1"),
        ("vip=false", "3"),
        ("birthday__lt=2001-01-01", "1"),
        ("id=2", "2"),
        ("created_at__gt=2001-01-01T00:00:00Z", "1234"),
        ("_sort=age", "4213"),
        ("_sort=-age", "4132"),
        ("_sort=-age,-name", "4132"),
        ("_sort=-age,name", "4312"),
        ("_limit=2&_offset=1", "23"),
        ("_offset=9", ""),
        ("status=%27%20OR%201%3D1", ""),
    ],
)
def test_lists(emails, query, expected):
    assert emails(query) == expected


def test_page(call, emails):
    page = call("GET", f"{RECORDS}?_limit=2&_offset=1&age__gte=1").json
    assert (page["total"], page["limit"], page["offset"], len(page["records"])) == (3, 2, 1, 2)
    assert call("GET", RECORDS).json["limit"] == 50


def test_fields(call, emails):
    assert call("GET", f"{RECORDS}?_fields=name&_limit=1").json["records"] == [{"id": 1, "name": "lamp"}]


@pytest.mark.parametrize(
    "query",
    ["&".join(["name=a"] * 101), "age__in=" + ",".join(["1"] * 1001),
     "nope=1", "_nope=1", "age__near=1", "age=x", "age=1.0", "age__gt=", "vip=1", "vip__isnull=1", "age__contains=1",
     "birthday=x", "_limit=0", "_limit=1001", "_limit=x", "_limit=-1", "_offset=-1", "_limit=1&_limit=2", "_sort=nope",
     "_sort=", "_fields=nope", "_include=accounts", "_include=nope", "nope__isnull=true", "age__in=1,x", "age__=1"],
)  # fmt: skip
def test_refused(call, query):
    assert call("GET", f"{RECORDS}?{query}").status_code == 400


def test_include(call, upsert):
    template = upsert("category_templates", {"name": "t"}, ["name"]).json["id"]
    other = upsert("category_templates", {"name": "u"}, ["name"]).json["id"]
    for name in ("a", "b"):
        upsert("categories", {"template_id": template, "name": name}, ["template_id", "name"])
    records = call("GET", "/api/tables/category_templates/records?_include=categories&_fields=name").json["records"]
    assert [each["id"] for each in records] == [template, other]
    assert [child["name"] for child in records[0]["categories"]] == ["a", "b"]
    assert records[1]["categories"] == []


def test_decimals_compare_as_numbers(call, upsert):
    for name, price in (("a", "9.50"), ("b", "10.5"), ("c", "-1"), ("d", None)):
        fields = {"room_id": "r", "session_id": "s", "product_name": name, "estimated_price": price}
        upsert("product_recommendations", fields, ["room_id", "product_name"])

    def names(query):
        records = call("GET", f"/api/tables/product_recommendations/records?{query}").json["records"]
        return "".join(each["product_name"] for each in records)

    assert names("estimated_price__gt=9") == "ab"
    assert names("estimated_price=9.5") == "a"
    assert names("estimated_price__in=10.50,-1.0") == "bc"
    assert names("_sort=estimated_price") == "dcab"


def test_stats(call, emails):
    stats = "/api/tables/contacts/stats"
    groups = call("GET", f"{stats}?group_by=status&avg=age").json["groups"]
    assert groups == [
        {"status": "active", "count": 2, "avg_age": 30.0},
        {"status": "pending", "count": 2, "avg_age": 25.0},
    ]
    assert call("GET", f"{stats}?group_by=vip").json["groups"] == [
        {"vip": None, "count": 2},
        {"vip": False, "count": 1},
        {"vip": True, "count": 1},
    ]
    for query in ("", "group_by=nope", "group_by=status&avg=name", "group_by=status&x=1", "avg=age"):
        assert call("GET", f"{stats}?{query}").status_code == 400
