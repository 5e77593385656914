"""What a page holds, after everything that can be collected was."""

from dataclasses import dataclass

from playwright.async_api import CDPSession


@dataclass(frozen=True)
class Memory:
    heap_mb: float
    nodes: int
    listeners: int

    def __str__(self) -> str:
        return f"{self.heap_mb:.2f} MB, {self.nodes:,} nodes, {self.listeners:,} listeners"


async def held_by(session: CDPSession) -> Memory:
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    answer = await session.send("Performance.getMetrics")
    metrics = {metric["name"]: metric["value"] for metric in answer["metrics"]}
    return Memory(
        metrics["JSHeapUsedSize"] / 2**20,
        int(metrics["Nodes"]),
        int(metrics["JSEventListeners"]),
    )
