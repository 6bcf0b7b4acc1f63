"""Evaluation against a brute-force oracle, and worked examples of what is left out."""

import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regclean.errors import UsageError
from regclean.quality import evaluate
from regclean.warehouse.database import create_tables

PAIRS = {
    "customer_no_l": pl.String,
    "customer_no_r": pl.String,
    "match_probability": pl.Float64,
    "relation": pl.String,
}


def clusters_frame(groups):
    rows = [(f"c{number}", customer) for number, group in enumerate(groups) for customer in group]
    return pl.DataFrame(rows, schema={"cluster_id": pl.String, "customer_no": pl.String}, orient="row")


def pairs_frame(rows):
    return pl.DataFrame(rows, schema=PAIRS, orient="row")


def links_frame(rows):
    schema = {
        "bin_group_no": pl.String,
        "member_no": pl.String,
        "customer_no": pl.String,
        "match_probability": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def write_truth(folder, text):
    path = folder / "truth.csv"
    path.write_text(text, encoding="utf-8")
    return path


def implied(labels):
    return {pair for pair in itertools.combinations(sorted(labels), 2) if labels[pair[0]] == labels[pair[1]]}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=14))
def test_cluster_counts_equal_counting_every_pair(tmp_path_factory, assignment):
    predicted = {f"k{i:02}": f"c{p}" for i, (p, _) in enumerate(assignment)}
    true = {f"k{i:02}": f"e{t}" for i, (_, t) in enumerate(assignment)}
    path = write_truth(
        tmp_path_factory.mktemp("t"), "customer_no,cluster_id\n" + "".join(f"{k},{v}\n" for k, v in true.items())
    )
    frame = pl.DataFrame({"cluster_id": list(predicted.values()), "customer_no": list(predicted)})
    score = evaluate({"clusters": frame}, path).published
    found, wanted = implied(predicted), implied(true)
    assert score.true_positives == len(found & wanted)
    assert score.false_positives == len(found - wanted)
    assert score.false_negatives == len(wanted - found)
    if found:
        assert score.precision.value == pytest.approx(len(found & wanted) / len(found))
    if found or wanted:
        assert score.f1.value == pytest.approx(2 * len(found & wanted) / (len(found) + len(wanted)))
        assert score.f1.low <= score.f1.value <= score.f1.high


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_pair_counts_equal_counting_every_pair(tmp_path_factory, data):
    customers = [f"k{i}" for i in range(data.draw(st.integers(2, 8)))]
    true = {customer: data.draw(st.integers(0, 3)) for customer in customers}
    every = list(itertools.combinations(customers, 2))
    chosen = data.draw(st.lists(st.sampled_from(every), unique=True, max_size=12))
    scores = {pair: data.draw(st.floats(0, 1)) for pair in chosen}
    path = write_truth(
        tmp_path_factory.mktemp("t"), "customer_no,entity\n" + "".join(f"{k},{v}\n" for k, v in true.items())
    )
    frame = pairs_frame([(left, right, p, "same" if p >= 0.95 else "related") for (left, right), p in scores.items()])
    result = evaluate({"pairs": frame}, path, "pairs")
    wanted = implied(true)
    for score in (result.published, *result.by_threshold):
        at = 0.95 if score.threshold is None else score.threshold
        found = {pair for pair, p in scores.items() if p >= at}
        assert score.true_positives == len(found & wanted)
        assert score.false_positives == len(found - wanted)
        assert score.false_negatives == len(wanted - found)


def test_recall_never_rises_with_the_threshold(tmp_path):
    path = write_truth(tmp_path, "customer_no,entity\n1,A\n2,A\n3,A\n4,B\n")
    frame = pairs_frame([("1", "2", 0.99, "same"), ("1", "3", 0.85, "unsure"), ("3", "4", 0.6, "unsure")])
    recalls = [score.recall.value for score in evaluate({"pairs": frame}, path, "pairs").by_threshold]
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[0] == pytest.approx(2 / 3)


def test_customers_that_the_truth_does_not_know_are_left_out_and_counted(tmp_path):
    path = write_truth(tmp_path, "customer_no,entity\n1,A\n2,A\n3,B\n")
    result = evaluate({"clusters": clusters_frame([["1", "2", "x"], ["3", "y"]])}, path)
    assert (result.published.true_positives, result.published.false_positives) == (1, 0)
    assert (result.judged, result.left_out) == (3, 2)
    pairs = pairs_frame([("1", "2", 0.99, "same"), ("2", "x", 0.99, "same")])
    judged = evaluate({"pairs": pairs}, path, "pairs")
    assert (judged.published.false_positives, judged.left_out) == (0, 1)


def test_a_giant_cluster_is_counted_not_listed(tmp_path):
    size = 60_000
    path = write_truth(tmp_path, "customer_no,entity\n" + "".join(f"{i},A\n" for i in range(size)))
    frame = pl.DataFrame({"cluster_id": ["c"] * size, "customer_no": [str(i) for i in range(size)]})
    assert evaluate({"clusters": frame}, path).published.true_positives == size * (size - 1) // 2


def test_false_pairs_by_relation_and_recall_by_what_is_shared(tmp_path):
    path = write_truth(
        tmp_path,
        "customer_no_l,customer_no_r,relation,shares\n1,2,same,name+address\n3,4,same,name\n5,6,household,\n",
    )
    frame = pairs_frame([("1", "2", 0.99, "same"), ("5", "6", 0.98, "same"), ("1", "7", 0.97, "same")])
    customers = pl.DataFrame({"customer_no": [str(i) for i in range(1, 9)]})
    result = evaluate({"pairs": frame, "customers": customers}, path)
    assert [(line.name, line.count) for line in result.false_by_relation] == [("household", 1), ("stranger", 1)]
    assert [(line.name, line.count, line.total) for line in result.recall_by_shares] == [
        ("name", 0, 1),
        ("name+address", 1, 1),
    ]
    clusters = clusters_frame([["1", "2"], ["3"], ["4"], ["5", "6"], ["7"], ["8"]])
    by_clusters = evaluate({"clusters": clusters}, path, "clusters")
    assert (by_clusters.published.true_positives, by_clusters.published.false_positives) == (1, 1)
    assert [line.name for line in by_clusters.false_by_relation] == ["household"]


def test_labelled_pairs_judge_only_themselves(tmp_path):
    path = write_truth(tmp_path, "customer_no_l,customer_no_r,label\n1,2,1\n3,4,0\n5,6,1\n")
    frame = pairs_frame([("1", "2", 0.99, "same"), ("3", "4", 0.99, "same"), ("7", "8", 0.99, "same")])
    result = evaluate({"pairs": frame}, path)
    score = result.published
    assert (score.true_positives, score.false_positives, score.false_negatives) == (1, 1, 1)
    assert result.left_out == 1


def test_member_links_wrong_and_missed(tmp_path):
    path = write_truth(tmp_path, "bin_group_no,member_no,customer_no\nK,1,10\nK,2,11\nK,3,\nL,1,\nL,2,12\n")
    rows = [("K", "1", "10", 0.99), ("K", "2", "99", 0.95), ("K", "3", None, None), ("L", "1", "5", 0.91)]
    result = evaluate({"member_links": links_frame([*rows, ("L", "2", None, 0.4), ("M", "1", "7", 1.0)])}, path)
    score = result.published
    assert (score.true_positives, score.false_positives, score.false_negatives) == (1, 2, 2)
    assert result.measures["wrong"].value == pytest.approx(2 / 5)
    assert result.measures["missed"].value == pytest.approx(1 / 5)
    assert result.measures["correct"].value == pytest.approx(2 / 5)
    assert (result.judged, result.left_out) == (5, 1)
    at_98 = next(line for line in result.by_threshold if line.threshold == 0.98)
    assert (at_98.true_positives, at_98.false_positives, at_98.false_negatives) == (1, 0, 2)


def test_another_account_of_the_same_customer_may_be_accepted(tmp_path):
    path = write_truth(tmp_path, "bin_group_no,member_no,customer_no,also_accepted\nK,1,10,11;12\nK,2,13,\nK,3,,\n")
    rows = [("K", "1", "12", 0.99), ("K", "2", "12", 0.99), ("K", "3", None, None)]
    score = evaluate({"member_links": links_frame(rows)}, path).published
    assert (score.true_positives, score.false_positives, score.false_negatives) == (1, 1, 1)


def test_a_night_can_be_judged_directly(tmp_path):
    import duckdb

    connection = duckdb.connect()
    create_tables(connection)
    connection.execute("INSERT INTO clusters VALUES ('a', '1'), ('a', '2'), ('b', '3')")
    path = write_truth(tmp_path, "customer_no,entity\n1,A\n2,A\n3,B\n")
    result = evaluate(connection, path)
    assert result.published.f1.value == 1
    assert result.measures["entities_exactly_right"].value == 1
    assert evaluate(connection, path, "pairs").published.false_negatives == 1


def test_the_wrong_kind_of_truth_is_refused(tmp_path):
    path = write_truth(tmp_path, "customer_no,entity\n1,A\n")
    with pytest.raises(UsageError, match="about clusters"):
        evaluate({"member_links": links_frame([])}, path, "member-links")


def test_rows_have_one_line_for_each_operating_point(tmp_path):
    path = write_truth(tmp_path, "customer_no,entity\n1,A\n2,A\n")
    rows = evaluate({"pairs": pairs_frame([("1", "2", 0.97, "same")])}, path, "pairs").to_rows()
    assert rows[0]["at"] == "relation same"
    assert rows[0]["precision"] == 1
    assert len(rows) == 8
