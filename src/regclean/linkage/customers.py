"""Links the customers of a register: who is one person or one organisation, who lives together, who came after whom."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from regclean.config import Section, workspace_key
from regclean.linkage import clustering, joint, parameters, policy, registry, scoring, spark, training
from regclean.linkage.model import MODELS
from regclean.sealing import Seal, sealed
from regclean.standardise import name_variants
from regclean.warehouse import load_sql, rows, temp_table

log = logging.getLogger(__name__)

# A phone number or e-mail address on more customers, or under more surnames, than this is nobody's own.
SHARED_CUSTOMERS = 8
SHARED_NAMES = 4
WIDEST_NAME = 12
WIDEST_NAME_GENERIC = 60
# Of a commoner surname, too many end and begin in one quarter by chance.
WIDEST_SURNAME = 400

DECIDED = ("customer_no_l", "customer_no_r", "verdict")
# A model that was learnt from a handful of customers must not judge a whole register for ever.
OUTGROWN = 10
PREVIOUS = ("cluster_id", "customer_no")


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What the linkage did, as counts and ids.

    `models`: model -> version used. `candidates`: model -> pairs compared. `relations`: relation -> published pairs.
    `too_wide`: blocking rule -> keys left out because too many customers share them. `shared_contacts`: phone numbers, e-mail
    addresses and accounts that are nobody's own. `contradictions`: decided "same" edges that other decisions or ids forbid.
    """

    customers: int
    models: Mapping[str, int]
    candidates: Mapping[str, int]
    relations: Mapping[str, int]
    clusters: int
    duplicate_clusters: int
    cut_clusters: int
    contradictions: tuple[tuple[str, str], ...]
    merged: tuple[tuple[str, tuple[str, ...]], ...]
    split: tuple[tuple[str, tuple[str, ...]], ...]
    too_wide: Mapping[str, int] = field(default_factory=dict)
    shared_contacts: int = 0


def link_customers(
    connection: duckdb.DuckDBPyConnection,
    *,
    country: str,
    settings: Section,
    models: Path,
    decided: pl.DataFrame,
    previous_clusters: pl.DataFrame,
    as_of: str | None = None,
    engine: Section | None = None,
) -> LinkReport:
    """Write `pairs` and `clusters` from the typed tables customers, customer_persons and customer_addresses.

    `decided`: customer_no_l, customer_no_r, verdict (l < r), as `findings.standing` says it. `previous_clusters`: cluster_id, customer_no
    of the last night.
    `models`: folder of the trained models; a model that is not there yet is trained from this register and stored, with
    `as_of` (ISO date) as its date. `engine`: the workspace's `[engine]`, whose backend compares the pairs (training stays
    on DuckDB). Errors: RegcleanError when a stored model is damaged or leaves a level untrained.
    """
    decided = as_linked(decided)
    prepare(connection, country, decided, models)
    used: dict[str, int] = {}
    candidates: dict[str, int] = {}
    too_wide: dict[str, int] = {}
    with spark.scoring_engine(engine, models.parent) as score:
        for model in MODELS:
            too_wide |= block(connection, model, country)
            candidates[model] = scoring.count(connection, "link_blocked")
            used[model] = _judge(connection, model, country, models, as_of, score)
    relate(connection, country, settings)
    connection.execute(load_sql("publish_pairs", scoring.PACKAGE))
    for model, version in used.items():
        connection.execute("UPDATE pairs SET model_version = ? WHERE model = ?", [version, model])
    connection.execute("INSERT INTO thresholds BY NAME SELECT evidence, threshold FROM link_policy")
    grouped = clustering.cluster(connection, generic=country != "fi", previous=_texts(previous_clusters, PREVIOUS))
    report = LinkReport(
        customers=scoring.count(connection, "customers"),
        models=used,
        candidates=candidates,
        relations={
            str(relation): int(n)
            for relation, n in rows(connection, "SELECT relation, count(*) FROM pairs GROUP BY 1 ORDER BY 1")
        },
        clusters=grouped.clusters,
        duplicate_clusters=grouped.duplicates,
        cut_clusters=grouped.cut,
        contradictions=grouped.contradictions,
        merged=grouped.merged,
        split=grouped.split,
        too_wide=too_wide,
        shared_contacts=int(
            rows(connection, "SELECT count(DISTINCT (channel, value)) FROM link_contacts WHERE shared")[0][0]
        ),
    )
    forget(connection)
    return report


def prepare(
    connection: duckdb.DuckDBPyConnection, country: str, decided: pl.DataFrame, models: Path | None = None
) -> None:
    """Temp tables of what is compared: link_persons, link_organisations; and link_decided.

    `models`: the folder beside the key, where national ids are sealed.
    """
    for name, frame in (("link_first_names", first_names(country)), ("link_decided", _texts(decided, DECIDED))):
        temp_table(connection, name, frame)
    _opaque_ids(connection, country, models)
    connection.execute(
        load_sql("contacts", scoring.PACKAGE),
        {"shared_customers": SHARED_CUSTOMERS, "shared_names": SHARED_NAMES, "generic": country != "fi"},
    )
    for name in ("name_cell", "own_contacts", "addresses", "persons", "organisations"):
        connection.execute(load_sql(name, scoring.PACKAGE))


def as_linked(decided: pl.DataFrame) -> pl.DataFrame:
    """The decided pairs as linkage takes them: one legal entity is the same, whether or not its accounts are kept."""
    return _texts(decided, DECIDED).with_columns(pl.col("verdict").replace("entity", "same"))


def first_names(country: str) -> pl.DataFrame:
    """name, variants (other spellings and nicknames)."""
    variants = name_variants(country)
    names = sorted(variants)
    return pl.DataFrame(
        {"name": names, "variants": [sorted(variants[name]) for name in names]},
        schema={"name": pl.String, "variants": pl.List(pl.String)},
    )


def _texts(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """These columns as text: an empty frame may come without types."""
    return frame.select(pl.col(name).cast(pl.String) for name in names)


def _opaque_ids(connection: duckdb.DuckDBPyConnection, country: str, models: Path | None) -> None:
    """Under generic rules an id is text that may be mistyped: its raw form is compared, in memory only."""
    frame = pl.DataFrame(schema={"customer_no": pl.String, "national_id": pl.String})
    if country != "fi":
        frame = connection.sql(load_sql("opaque_ids", scoring.PACKAGE)).pl()
    if models is not None:
        frame = frame.with_columns(opened(frame["national_id"], models))
    text = pl.col("national_id").str.to_lowercase().str.replace_all("[^a-z0-9]", "")
    temp_table(connection, "link_opaque_ids", frame.with_columns(text).filter(pl.col("national_id") != ""))


def opened(ids: pl.Series, models: Path) -> pl.Series:
    """National ids whole again. `models`: the folder beside the key, which is asked for only where one is sealed."""
    kept = any(sealed(value) for value in ids.drop_nulls())
    return Seal(workspace_key(models.parent)).open_column(ids) if kept else ids


def block(connection: duckdb.DuckDBPyConnection, model: str, country: str) -> dict[str, int]:
    """Temp table `link_blocked` of candidate pairs. Returns rule -> keys that were too wide."""
    generic = country != "fi"
    values = {
        "generic": generic,
        "widest_name": WIDEST_NAME_GENERIC if generic else WIDEST_NAME,
        "widest_surname": WIDEST_SURNAME,
    }
    connection.execute(
        load_sql(f"{model}_keys", scoring.PACKAGE), values if model == "person" else {"generic": generic}
    )
    connection.execute(load_sql("blocked", scoring.PACKAGE))
    wide = rows(connection, load_sql("too_wide", scoring.PACKAGE))
    return {f"{model}.{rule}": int(n) for rule, n in wide}


def _judge(
    connection: duckdb.DuckDBPyConnection,
    model: str,
    country: str,
    models: Path,
    as_of: str | None,
    score: scoring.Score | None,
) -> int:
    """Compare the candidates once, learn the model from them if there is none of use, and judge them. Returns its version."""
    stored = registry.in_force(models, model, country)
    size = scoring.count(connection, scoring.ENTITIES[model])
    # A new one too when the register has outgrown the one that was learnt from it.
    learns = stored is None or size >= OUTGROWN * max(stored.trained_on.get("rows", size), 1)
    if learns:
        training.add_pairs(connection, model)
    scoring.compare(connection, model, country, score=score)
    if learns:
        version = parameters.next_version(models, model, country)
        stored = training.train_model(connection, model, country, version=version, trained_at=as_of)
        parameters.save(models, stored)
        registry.learnt(models, model, version)
        log.info("trained %s model %d", model, version)
    assert stored is not None
    scoring.posterior(connection, stored)
    return stored.version


def relate(
    connection: duckdb.DuckDBPyConnection,
    country: str,
    settings: Section,
    thresholds: pl.DataFrame | None = None,
    others: pl.DataFrame | None = None,
) -> None:
    """Temp table `link_relations`: what each pair of customers is.

    `thresholds` (evidence, threshold) of a night before, and `others` (l, r, p), what pairs were found to be beside others; without
    them they follow from the pairs at hand.
    """
    generic = country != "fi"
    connection.execute(load_sql("person_pairs", scoring.PACKAGE), {"generic": generic})
    connection.execute(load_sql("organisation_pairs", scoring.PACKAGE), {"generic": generic})
    connection.execute(load_sql("successors", scoring.PACKAGE))
    connection.execute(load_sql("relations", scoring.PACKAGE))
    joint.weigh(connection, others)
    review = float(settings["review_probability"])
    if thresholds is None:
        policy.decide(connection, float(settings["same_precision"]), review, fixed=settings.get("same_probability"))
    else:
        policy.take(connection, thresholds, float(settings["same_precision"]))
    connection.execute(load_sql("relate", scoring.PACKAGE), {"review": review})


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the temp tables: they hold personal data in comparison form."""
    for (name,) in rows(
        connection, "SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 'link_%' ORDER BY 1"
    ):
        connection.execute(f'DROP TABLE "{name}"')
