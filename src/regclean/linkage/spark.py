"""Compares candidate pairs with Splink on Spark, for a register that outgrows the machine's own engine.

Blocking and all that follows the comparison stay in the night's file. What is compared goes to Spark through parquet
files, and the gammas come back the same way. Nothing stays behind: the folder of the files goes with the session.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb

from regclean.config import Section
from regclean.errors import ConfigError, RegcleanError
from regclean.linkage import scoring
from regclean.linkage.comparison import SPARK
from regclean.linkage.model import comparisons, term_frequency_columns
from regclean.linkage.splink_settings import splink_settings
from regclean.warehouse import load_sql

FOLDERS = "spark-"
LOCAL = re.compile(r"local(\[.*\])?\Z")
_LOGGING = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n%ex{0}
"""


@contextmanager
def scoring_engine(engine: Section | None, var: Path) -> Iterator[scoring.Score | None]:
    """What `scoring.compare` is to compare with under `[engine]`: None is the machine's own engine, without a session.

    `var`: the workspace's folder for what is written; a Spark cluster must see it under the same path.
    Errors: ConfigError when Spark or Java is missing, or Spark does not start.
    """
    for abandoned in var.glob(f"{FOLDERS}*"):  # of a night that was killed: there is one night at a time
        shutil.rmtree(abandoned, ignore_errors=True)
    if not engine or engine["backend"] != "spark":
        yield None
        return
    require()
    var.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix=FOLDERS, dir=var.resolve()))
    try:
        with _session(engine, folder) as session:
            yield _SparkScore(session, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def require() -> None:
    """Errors: ConfigError when the `spark` extra or Java is not installed."""
    try:
        import pyspark  # noqa: F401  # slow to import, and only this engine needs it
    except ImportError as error:
        raise ConfigError(
            "'engine.backend' is \"spark\", but PySpark is not installed.",
            remedy="Install it with: pip install 'regclean[spark]', or set the backend to \"duckdb\".",
        ) from error
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")):
        raise ConfigError(
            "'engine.backend' is \"spark\", but there is no Java on this machine.",
            remedy='Install Java 17 (Debian: openjdk-17-jre-headless), or set the backend to "duckdb".',
        )


def spark_settings(engine: Section, folder: Path, jar: str) -> dict[str, str]:
    """Settings of the session. A master on this machine binds to the loopback address only."""
    master = str(engine["spark_master"]) or f"local[{engine['threads'] or '*'}]"
    settings = {
        "spark.master": master,
        "spark.app.name": "regclean",
        "spark.jars": jar,
        "spark.ui.enabled": "false",
        "spark.driver.memory": _memory(str(engine["memory_limit"])),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        # A missing list has no size, as in DuckDB; the old rule says -1.
        "spark.sql.legacy.sizeOfNull": "false",
    }
    if LOCAL.match(master):
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(2 * (engine["threads"] or os.cpu_count() or 1)),
        }
    return settings


def _memory(limit: str) -> str:
    """Java's notation of "6GB"; without a limit of that form a quarter of the machine's memory, as Java itself does."""
    if match := re.fullmatch(r"(\d+)\s*([KMG])i?B", limit, re.IGNORECASE):
        return f"{match[1]}{match[2].lower()}"
    quarter = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    return f"{max(quarter // 2**20, 1024)}m"


@contextmanager
def _session(engine: Section, folder: Path) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # it warns of pandas, through which nothing goes here
        import pyspark.testing  # noqa: F401  # a context imports it, which would warn then
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession
        from splink.backends.spark import SparkAPI, similarity_jar_location

    # It would write a failed query, values and all, to the terminal: the error itself is raised.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    (folder / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
    settings = spark_settings(engine, folder, similarity_jar_location())
    conf = SparkConf(loadDefaults=False).setAll(sorted(settings.items()))
    gateway = None
    try:
        with (folder / "spark.log").open("wb") as log:  # Java's own notices are not the user's
            gateway = launch_gateway(conf, popen_kwargs={"stderr": log})
        context = SparkContext(conf=conf, gateway=gateway)
        context.setLogLevel("ERROR")
        context.setCheckpointDir(str(folder / "checkpoints"))
        session = SparkSession(context)
        SparkAPI(spark_session=session)  # registers the library's functions, which ours call
        session.sql(load_sql("spark_functions", scoring.PACKAGE))
    except (PySparkException, Py4JError, OSError) as error:
        _end(gateway)
        raise ConfigError(
            f"Spark did not start on '{settings['spark.master']}'.",
            remedy="It needs Java 17 or later, and a master that can be reached: see 'engine.spark_master'.",
        ) from error
    try:
        yield session
    finally:
        with suppress(Py4JError, OSError):  # Java may be gone; what it leaves is ended here
            session.stop()
        _end(gateway)


def _end(gateway: Any) -> None:
    """End Java too, which a stopped session leaves running until the end of this process."""
    from pyspark import SparkContext

    if gateway is None:
        return
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=60)
    SparkContext._gateway = SparkContext._jvm = None


@dataclass(frozen=True, slots=True)
class _SparkScore:
    """A `scoring.Score` on one session."""

    session: Any
    folder: Path

    def __call__(self, connection: duckdb.DuckDBPyConnection, model: str, country: str, output: str) -> None:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        folder = Path(mkdtemp(dir=self.folder))
        try:
            columns = self._predict(connection, model, country, folder)
        except (PySparkException, Py4JError, ConnectionError) as error:
            raise RegcleanError(
                f"Spark could not compare the pairs of the {model} model: {type(error).__name__}.",
                remedy='See that its machines have memory and see var/, or set the backend to "duckdb".',
            ) from error
        connection.execute(
            f"INSERT INTO {output} SELECT least(entity_l, entity_r), greatest(entity_l, entity_r), match_key, "  # noqa: S608  # constants
            f"{', '.join(columns)}, {scoring.rarity_expressions(comparisons(model, country))} FROM read_parquet($files) ORDER BY 1, 2, 3",
            {"files": str(folder / "scored" / "*.parquet")},
        )

    def _predict(self, connection: duckdb.DuckDBPyConnection, model: str, country: str, folder: Path) -> list[str]:
        """Write the scored pairs into `scored` under `folder`. Returns the names of the gamma columns."""
        from splink import Linker
        from splink.backends.spark import SparkAPI

        scoring.quieten_splink()
        parts, rarities = comparisons(model, country), term_frequency_columns(model, country)
        entities = scoring.ENTITIES[model]

        def sent(name: str, relation: duckdb.DuckDBPyRelation) -> Any:
            path = str(folder / f"{name}.parquet")
            relation.write_parquet(path)
            return api.register(self.session.read.parquet(path))

        api = SparkAPI(spark_session=self.session, register_udfs_automatically=False)
        linker = Linker(
            sent("entities", scoring.paired_entities(connection, entities)),
            splink_settings(model, country, SPARK),
            log_level=None,
        )
        tables = linker.table_management
        for column in rarities:
            frequencies = sent(column, scoring.term_frequencies(connection, entities, column))
            tables.register_term_frequency_lookup(frequencies, column)
        pairs = sent("pairs", connection.sql("SELECT match_key, join_key_l, join_key_r FROM link_numbered"))
        tables.register_blocked_pairs_for_predict(pairs)
        result = linker.inference.predict(warning_mode="never")
        gammas = [f"gamma_{part.name}" for part in parts]
        adjusted = [f"mw_tf_adj_{part.name}" for part in parts if any(level.tf for level in part.levels)]
        wanted = ("entity_l", "entity_r", "match_key", *gammas, *adjusted)
        result.as_spark_dataframe().select(*wanted).write.parquet(str(folder / "scored"))
        api.delete_tables_created_by_splink_from_db()
        return gammas
