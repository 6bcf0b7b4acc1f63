"""Truth files in every shape and spelling that is accepted, and the words for those that are not."""

import polars as pl
import pytest

from regclean.errors import InputError, UsageError
from regclean.quality.truth import entities_of, pairs_of, read_truth


def write(folder, text, name="truth.csv", encoding="utf-8"):
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "customer_no,cluster_id\n1,A\n2,A\n3,B\n"),
        ("a.csv", "Customer_No;Entity_ID;note\n1;A;x\n2;A;y\n3;B;z\n"),
        ("a.tsv", "whatever\tcustomer_no\nA\t1\nA\t2\nB\t3\n"),
        ("a.txt", "customer_no|group\n1|A\n2|A\n3|B\n"),
    ],
)
def test_clusters_are_recognised(tmp_path, name, text):
    truth = read_truth(write(tmp_path, text, name))
    assert truth.shape == "clusters"
    assert truth.frame.rows() == [("1", "A"), ("2", "A"), ("3", "B")]
    assert pairs_of(truth).rows() == [("1", "2")]


def test_parquet_and_byte_order_mark(tmp_path):
    pl.DataFrame({"customer_no": [1, 2], "cluster": ["A", "A"]}).write_parquet(tmp_path / "t.parquet")
    assert read_truth(tmp_path / "t.parquet").frame.rows() == [("1", "A"), ("2", "A")]
    marked = write(tmp_path, "customer_no;cluster\n1;A\n", encoding="utf-8-sig")
    assert read_truth(marked).frame.rows() == [("1", "A")]


@pytest.mark.parametrize("yes", ["1", "true", "TRUE", "same", "yes"])
def test_labelled_pairs_are_a_sample(tmp_path, yes):
    truth = read_truth(write(tmp_path, f"customer_no_l,customer_no_r,match\n2,1,{yes}\n1,3,0\n"))
    assert (truth.shape, truth.complete) == ("pairs", False)
    assert truth.frame.select("customer_no_l", "customer_no_r", "same").rows() == [("1", "2", True), ("1", "3", False)]
    with pytest.raises(UsageError, match="labelled pairs"):
        entities_of(truth)


def test_relations_tell_the_label_and_list_all_that_is_same(tmp_path):
    truth = read_truth(
        write(tmp_path, "customer_no_l,customer_no_r,relation,shares\n1,2,same,name\n2,3,same,\n4,5,household,\n")
    )
    assert truth.complete
    assert truth.has_relation
    assert truth.has_shares
    assert entities_of(truth).rows() == [("1", "1"), ("2", "1"), ("3", "1")]


def test_member_links_keep_the_empty_ones(tmp_path):
    truth = read_truth(write(tmp_path, "bin_group_no;member_no;customer_no\nK1;1;100\nK1;2;\n"))
    assert truth.shape == "member-links"
    assert truth.frame.rows() == [("K1", "1", "100", ["100"]), ("K1", "2", None, [])]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", ["a, b", "customer_no_l"]),
        ("customer_no,x,y\n1,2,3\n", ["cluster_id"]),
        ("customer_no,cluster\n1,A\n,B\n", ["row 3", "column customer_no"]),
        ("customer_no,cluster\n1,A\n1,B\n", ["row 3", "twice"]),
        ("customer_no_l,customer_no_r,label\n1,2,perhaps\n", ["row 2", "column label", "1 or 0"]),
        ("bin_group_no,member_no\n1,2\n", ["column customer_no", "empty where there is none"]),
        ("customer_no,Cluster,cluster\n1,A,A\n", ["column cluster", "twice"]),
        ("", ["is empty"]),
    ],
)
def test_a_bad_file_is_told_with_place_and_remedy(tmp_path, text, words):
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_truth(path)
    message = str(caught.value)
    assert str(path) in message
    for word in words:
        assert word in message


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such truth file"):
        read_truth(tmp_path / "none.csv")


def test_latin_text_is_read(tmp_path):
    path = write(tmp_path, "customer_no,cluster\n1,Mäki\n2,Mäki\n", encoding="latin-1")
    assert read_truth(path).frame["entity"].to_list() == ["Mäki", "Mäki"]
