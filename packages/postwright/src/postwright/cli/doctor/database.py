"""The database: that it is there, has this version's tables, and room for more connections."""

from collections.abc import Sequence

from sqlalchemy import text

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red

_FULL = 0.8

_FACTS = text("""
    SELECT current_setting('server_version'), current_setting('max_connections')::integer,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           (SELECT version_num FROM alembic_version), pg_is_in_recovery()
""")


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look at it."""
    if scene.database is None:
        return [] if scene.trouble is None else [scene.trouble]
    async with scene.database.transaction() as session:
        version, most, used, tables, is_standby = (await session.execute(_FACTS)).one()
    where = "embedded" if scene.settings.embedded else "from POSTWRIGHT_DATABASE_URL"
    says = f"PostgreSQL {version}, {where}; tables of version {tables}; "
    says += f"{used} of {most} connections are in use."
    if is_standby:
        do = "Point POSTWRIGHT_DATABASE_URL at the primary server."
        return [red("database", f"{says} It is a stand-by and takes no changes.", do)]
    if used >= most * _FULL:
        do = "Raise max_connections, or run fewer workers with fewer slots."
        return [amber("database", says, do)]
    return [green("database", says)]
