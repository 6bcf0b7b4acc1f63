"""Member links on a small register of neighbours: what links, what does not, and why."""

import json

import duckdb
import polars as pl
import pytest

from regclean.linkage.members import link_members
from regclean.warehouse.database import create_tables, write_frame

SETTINGS = {"member_probability": 0.9, "member_margin": 0.05}
CROWD_LAST = [
    "nieminen",
    "korhonen",
    "heikkinen",
    "lahtinen",
    "salonen",
    "rantanen",
    "koskinen",
    "laine",
    "toivonen",
    "hiltunen",
]
CROWD_FIRST = ["antti", "pekka", "timo", "kari", "jukka", "anna", "liisa", "tuula", "ritva", "sari"]


def parts(text):
    return text.replace("-", " ").split()


class Register:
    """A register under construction: a crowd of strangers in postal area 70100, to which a test adds its people."""

    def __init__(self):
        self.tables = {name: [] for name in ("customers", "customer_persons", "customer_addresses", "site_roles")}
        self.tables |= {name: [] for name in ("services", "bin_groups", "bin_group_members", "sites", "clusters")}
        for i in range(400):
            self.person(f"9{i:03}", CROWD_FIRST[i % 10], CROWD_LAST[(i * 7 + i // 10) % 10], f"sivutie {i % 90 + 100}")

    def person(self, number, first, last, address=None, *, postal="70100", persons=(), **columns):
        """`address` is "street house"; `persons` are further (first, last) of a household row."""
        street, house = address.rsplit(" ", 1) if address else (None, None)
        given = first.split() if first else []
        base = {
            "customer_no": number,
            "kind": "person",
            "kind_inferred": "person",
            "m_first": given[0] if given else None,
            "m_given": given,
            "m_last": last,
            "m_last_parts": parts(last) if last else [],
            "m_street": street,
            "m_house": house,
            "m_postal": postal,
            "non_disclosure": False,
            "status": "active",
            "m_org_numerals": None,
        }
        states = ("national_id", "business_id", "postal_code", "phone", "email", "e_invoice", "iban")
        base |= {f"{name}_state": "missing" for name in states}
        self.tables["customers"].append(base | columns)
        named = [(first, last), *persons] if last else []
        for i, (a, b) in enumerate(named, 1):
            self.tables["customer_persons"].append(
                {
                    "customer_no": number,
                    "person_no": i,
                    "part": "self" if i == 1 else "spouse",
                    "m_first": a.split()[0] if a else None,
                    "m_given": a.split() if a else [],
                    "m_last": b,
                }
            )
        if address:
            self.address(number, address, postal=postal)
        return self

    def organisation(self, number, name, address, **columns):
        return self.person(number, None, None, address, kind="company", m_org=name, **columns)

    def address(self, number, address, *, postal="70100", source="own", site=None):
        street, house = address.rsplit(" ", 1)
        self.tables["customer_addresses"].append(
            {
                "customer_no": number,
                "source": source,
                "site_no": site,
                "m_street": street,
                "m_house": house,
                "m_postal": postal,
            }
        )
        return self

    def add(self, table, **columns):
        self.tables[table].append(columns)
        return self

    def line(self, first=None, last=None, address=None, *, member=None, group="K1", **columns):
        lines = self.tables["bin_group_members"]
        member = member or str(len([line for line in lines if line["bin_group_no"] == group]) + 1)
        street, house = address.rsplit(" ", 1) if address else (None, None)
        given = first.split() if first else []
        base = {
            "bin_group_no": group,
            "member_no": member,
            "share_state": "missing",
            "kind": "person",
            "proxy_phone": False,
            "proxy_email": False,
            "proxy_address": False,
            "m_first": given[0] if given else None,
            "m_given": given,
            "m_last": last,
            "m_last_parts": parts(last) if last else [],
            "m_street": street,
            "m_house": house,
            "m_postal": "70100" if address else None,
        }
        lines.append(base | columns)
        return self

    def link(self, country="fi", **settings):
        """Member number -> (customer_no, state, probability, candidates) of group K1; the report."""
        groups = {line["bin_group_no"] for line in self.tables["bin_group_members"]}
        known = {group["bin_group_no"] for group in self.tables["bin_groups"]}
        for group in sorted(groups - known):
            self.add("bin_groups", bin_group_no=group, m_postal="70100")
        connection = duckdb.connect(config={"threads": 1})
        create_tables(connection)
        for name, records in self.tables.items():
            if records:
                write_frame(connection, name, pl.DataFrame(records, infer_schema_length=None))
        self.report = link_members(connection, country=country, settings=SETTINGS | settings)
        query = """SELECT member_no, customer_no, state, match_probability, candidates
                   FROM member_links WHERE bin_group_no = 'K1' ORDER BY member_no"""
        found = connection.execute(query).fetchall()
        left = connection.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'link_member_%'"
        ).fetchall()
        assert left == [(0,)]
        return {row[0]: (row[1], row[2], row[3], json.loads(row[4])) for row in found}


@pytest.fixture
def register():
    return Register()


def choice(register, **settings):
    return register.link(**settings)["1"][:2]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("matti", "virtaniemi"),
        ("juhani", "virtaniemi"),  # the call name is the second one
        ("masa", "virtaniemi"),  # nickname
        ("m", "virtaniemi"),  # initial
        (None, "virtaniemi"),  # "Virtaniemet"
        ("matti", "virtanimei"),  # typo
        ("sara juhxni", "virtaniemi"),  # a slip in the call name, which is the second one
        ("virtaniemi", "matti"),  # order swapped
    ],
)
def test_every_form_of_a_name_at_the_address_links(register, first, last):
    register.person("100", "matti juhani", "virtaniemi", "koivutie 4").line(first, last, "koivutie 4")
    assert choice(register) == ("100", "linked")


def test_previous_surname_and_double_surname_link(register):
    register.person(
        "100", "maija", "korpela", "koivutie 4", m_previous="rautavuori", m_last_parts=["korpela", "rautavuori"]
    )
    register.person("101", "leena", "aaltola haapsaari", "koivutie 8")
    register.line("maija", "rautavuori", "koivutie 4").line("leena", "haapsaari", "koivutie 8")
    links = register.link()
    assert links["1"][:2] == ("100", "linked")
    assert links["2"][:2] == ("101", "linked")


def test_a_spouse_who_is_not_a_customer_is_not_the_customer(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4", phone="+358401").line(
        "maija", "virtaniemi", "koivutie 4", phone="+358401"
    )
    number, state, probability, candidates = register.link()["1"]
    assert number is None
    assert state == "ambiguous"
    assert probability < 0.9
    assert "first_name_differs" in candidates[0]["reasons"]


def test_somebody_else_at_the_address_is_new(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4").line("sanna", "kuusisto", "koivutie 4")
    assert choice(register) == (None, "new")


def test_a_namesake_elsewhere_is_not_enough(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4", postal="33100")
    register.person("101", "matti", "virtaniemi", "lehtokatu 1", postal="20100")
    register.line("matti", "virtaniemi", "kuusitie 9")
    assert register.link()["1"][1] != "linked"


def test_another_address_of_the_customer_counts(register):
    register.person("100", "matti", "laine", "esplanadi 1", postal="00100")
    register.address("100", "koivutie 4", source="site_role", site="S1")
    register.line("matti", "laine", "koivutie 4")
    assert choice(register) == ("100", "linked")


def test_phone_tells_namesakes_apart_but_a_proxy_does_not():
    def neighbours():
        register = Register()
        register.person("100", "kari", "laine", "koivutie 4", phone="+358401")
        register.person("101", "kari", "laine", "koivutie 4", phone="+358402")
        return register

    own = neighbours().line("kari", "laine", "koivutie 4", phone="+358402")
    assert choice(own) == ("101", "linked")
    proxy = neighbours().line("kari", "laine", "koivutie 4", phone="+358402", proxy_phone=True)
    number, state, _, candidates = proxy.link()["1"]
    assert (number, state) == (None, "ambiguous")
    assert {candidate["customer_no"] for candidate in candidates} == {"100", "101"}


def test_the_bins_address_is_no_evidence():
    def member(proxy):
        register = Register().person("100", "kari", "laine", "koivutie 4").person("101", "kari", "laine", "lehtotie 9")
        return register.line("kari", "laine", "koivutie 4", proxy_address=proxy)

    assert choice(member(proxy=False)) == ("100", "linked")
    assert choice(member(proxy=True)) == (None, "ambiguous")


def test_a_number_on_many_lines_of_the_list_is_not_the_members(register):
    register.person("100", "kaarlo", "virtaniemi", "koivutie 4", phone="+358401")
    for first, last in (("sanna", "kuusisto"), ("ilmo", "haapsaari"), ("veera", "aaltola")):
        register.line(first, last, None, phone="+358401")
    assert {state for _, state, _, _ in register.link().values()} == {"new"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("100", ("100", "linked")),
        ("0100", ("100", "linked")),  # the spreadsheet's zeros
        ("9005", ("100", "linked")),  # a stranger's number, name and address both conflict
        ("55555", ("100", "linked")),  # nobody's number
    ],
)
def test_a_given_number_is_evidence_not_truth(register, given, expected):
    register.person("100", "matti", "virtaniemi", "koivutie 4")
    register.line("matti", "virtaniemi", "koivutie 4", customer_no=given)
    number, state, _, candidates = register.link()["1"]
    assert (number, state) == expected
    if given == "9005":
        assert "9005" in {candidate["customer_no"] for candidate in candidates}
        assert register.report.given_refused == 1


def test_a_wrong_number_alone_is_refused_and_shown(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4", postal="33100")
    register.line("sanna", "kuusisto", "lehtotie 9", customer_no="100")
    number, state, _, candidates = register.link()["1"]
    assert (number, state) == (None, "ambiguous")
    assert candidates[0]["customer_no"] == "100"
    assert {"customer_no", "name_differs", "address_differs"} <= set(candidates[0]["reasons"])


def test_a_given_number_helps_where_the_address_is_missing(register):
    register.person("100", "kari", "laine", "koivutie 4").person("101", "kari", "laine", "lehtotie 9")
    register.line("kari", "laine", None, customer_no="101")
    assert choice(register) == ("101", "linked")


def test_a_couple_links_to_their_household_row(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4", kind="household", persons=[("maija", "virtaniemi")])
    register.line("maija", "virtaniemi", "koivutie 4", m_first_2="matti", m_last_2="virtaniemi", kind="household")
    assert choice(register) == ("100", "linked")


def test_a_couple_links_to_the_one_who_holds_the_site(register):
    for number, first in (("100", "matti"), ("101", "maija")):
        register.person(number, first, "virtaniemi", "koivutie 4")
    register.add(
        "sites", site_no="S1", m_postal="70100", property_id_state="ok", building_id_state="ok", postal_code_state="ok"
    )
    register.add("site_roles", customer_no="101", site_no="S1", role="owner")
    register.line("matti", "virtaniemi", "koivutie 4", m_first_2="maija", m_last_2="virtaniemi", site_no="S1")
    number, state, _, candidates = register.link()["1"]
    assert (number, state) == ("101", "linked")
    assert {"100", "101"} == {candidate["customer_no"] for candidate in candidates}


def test_a_couple_on_two_lines_may_share_one_account(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4", kind="household", persons=[("maija", "virtaniemi")])
    register.line("matti", "virtaniemi", "koivutie 4").line("maija", "virtaniemi", "koivutie 4")
    links = register.link()
    assert [links[member][0] for member in ("1", "2")] == ["100", "100"]


def test_father_and_son_each_get_their_own_account(register):
    register.person("100", "matti juhani", "virtaniemi", "koivutie 4").person(
        "101", "matti olavi", "virtaniemi", "koivutie 4"
    )
    register.line("matti juhani", "virtaniemi", "koivutie 4").line("matti olavi", "virtaniemi", "koivutie 4")
    links = register.link()
    assert (links["1"][0], links["2"][0]) == ("100", "101")


def test_two_accounts_of_one_customer_are_not_ambiguity(register):
    register.person("100", "kari", "laine", "koivutie 4", status="ended").person("101", "kari", "laine", "koivutie 4")
    register.add("clusters", cluster_id="C1", customer_no="100").add("clusters", cluster_id="C1", customer_no="101")
    register.line("kari", "laine", "koivutie 4")
    number, state, _, candidates = register.link()["1"]
    assert (number, state) == ("101", "linked")
    assert candidates[0]["customer_no"] == "101"
    other = next(candidate for candidate in candidates if candidate["customer_no"] == "100")
    assert "same_party" in other["reasons"]


def test_the_living_are_not_their_estates(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4", kind="estate")
    register.person("101", "matti", "virtaniemi", "koivutie 4")
    register.line("matti", "virtaniemi", "koivutie 4").line(
        "matti", "virtaniemi", "koivutie 4", kind="estate", group="K2"
    )
    assert choice(register) == ("101", "linked")


def test_a_service_in_this_very_bin_decides(register):
    for i, number in enumerate(("100", "101")):
        register.person(number, "kari", "laine", f"lehtotie {i + 1}")
    register.add("services", service_no="1", customer_no="101", bin_group_no="K1")
    register.line("kari", "laine", None)
    assert choice(register) == ("101", "linked")


def test_sibling_companies_differ_by_their_number(register):
    register.organisation("100", "kallionrinne 1", "koivutie 4").organisation("101", "kallionrinne 2", "koivutie 6")
    register.line(None, None, None, kind="housing_company", m_org="kallionrinne 2")
    register.line(None, None, "koivutie 4", kind="housing_company", m_org="kallionrinne 3")
    links = register.link()
    assert links["1"][:2] == ("101", "linked")
    assert links["2"][0] is None


def test_a_line_without_a_name_does_not_link_by_its_address(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4").line(None, None, "koivutie 4")
    assert register.link()["1"][1] != "linked"


def test_empty_tables_give_no_links():
    connection = duckdb.connect()
    create_tables(connection)
    report = link_members(connection, country="fi", settings=SETTINGS)
    assert (report.lines, report.linked) == (0, 0)


def test_lists_without_customers_are_all_new():
    register = Register()
    for name in ("customers", "customer_persons", "customer_addresses"):
        register.tables[name] = []
    assert choice(register.line("matti", "virtaniemi", "koivutie 4")) == (None, "new")


def test_other_countries_link_too(register):
    register.person("100", "elizabeth", "ashworth", "high street 4").line("liz", "ashworth", "high street 4")
    assert choice(register, country="generic") == ("100", "linked")


def test_the_thresholds_are_the_companys(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4").line("maija", "virtaniemi", "koivutie 4")
    probability = register.link()["1"][2]
    assert choice(register, member_probability=probability / 2, member_margin=0.0) == ("100", "linked")


def test_order_of_rows_does_not_matter(register):
    register.person("100", "matti", "virtaniemi", "koivutie 4").person("101", "kari", "laine", "lehtotie 9")
    register.line("matti", "virtaniemi", "koivutie 4", member="a").line("kari", "laine", None, member="b")
    first = register.link()
    for records in register.tables.values():
        records.reverse()
    assert register.link() == first


def test_probable_accounts_of_one_person_are_one_choice(register):
    """The person's account comes before the trade name's."""
    register.person("1", "pentti", "savolainen", "rantatie 4")
    register.person("2", "pentti", "savolainen", "rantatie 4", kind="company", m_org_form="tmi")
    for pair in ({"relation": "related", "match_probability": 0.1}, {"relation": "unsure", "match_probability": 0.6}):
        register.tables["pairs"] = [
            pair
            | {"customer_no_l": "1", "customer_no_r": "2", "match_weight": 0.0, "model": "person", "explanation": "{}"}
        ]
        register.tables["bin_group_members"] = []
        register.line("pentti", "savolainen", "rantatie 4")
        customer, state, probability, _ = register.link()["1"]
        assert (customer, state) == ("1", "linked")
        assert probability > 0.9
