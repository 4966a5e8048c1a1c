// In milliseconds since the address was opened: when the trace had come, when its first rows were
// on the screen; and the tasks that took longer than 50 ms.
(() => {
  const long = [];
  new PerformanceObserver((list) => long.push(...list.getEntries().map((task) => Math.round(task.duration)))).observe({ type: "longtask", buffered: true });
  let painted;
  const look = () => requestAnimationFrame(() => {
    if (!document.querySelector(".row")) return look();
    // A message after the frame's callbacks comes when the frame is painted.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { painted = performance.now(); };
    port2.postMessage(null);
  });
  look();
  window.stopwatch = () => {
    const fetched = performance.getEntriesByType("resource").find(({ name }) => /\/api\/traces\/[0-9a-f]{32}$/.test(name));
    return {
      trace_fetched_ms: Math.round(fetched?.responseEnd), of_which_waiting_ms: Math.round(fetched?.responseStart - fetched?.startTime),
      first_rows_painted_ms: Math.round(painted), from_fetched_to_painted_ms: Math.round(painted - fetched?.responseEnd), long_tasks_ms: long,
    };
  };
})();
