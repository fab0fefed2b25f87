"""The table of processes that run durable work."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class ExecutorRow(Base):
    """A process that runs durable work; a stale heartbeat hands its runs to another."""

    __tablename__ = "durable_executors"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    heartbeat_at: Mapped[datetime]
