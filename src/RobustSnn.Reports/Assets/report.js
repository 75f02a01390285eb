"use strict";
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 40rem)");
  const charts = [...document.querySelectorAll("script.chart-data")].map(script => ({
    target: document.getElementById(script.dataset.chart),
    data: JSON.parse(script.textContent),
  }));
  let printing = false;

  const isDark = () => !printing && (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  // A tick between two epochs would be labelled as one of them.
  function epochs(data) {
    const last = Math.max(...data.traces.flatMap(trace => trace.x));
    return { rangemode: "tozero", tickformat: "d", ...(last <= 12 ? { tick0: 0, dtick: 1 } : {}) };
  }

  function layout(data) {
    const [front, line] = isDark() ? ["#e6e6e6", "#3a4047"] : ["#1b1b1b", "#dddddd"];
    const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, automargin: true };
    const names = data.traces.flatMap(trace => trace.x).filter(value => typeof value === "string");
    return {
      autosize: true,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: front, family: "system-ui, sans-serif", size: narrow.matches ? 11 : 13 },
      margin: { l: 55, r: 15, t: 50, b: 45 },
      barmode: "group",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: line, activecolor: front },
      hovermode: "closest",
      hoverlabel: { namelength: -1 },
      showlegend: true,
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", font: { size: narrow.matches ? 10 : 12 } },
      xaxis: { ...axis, title: { text: data.x }, type: names.length > 0 ? "category" : "-", ...(data.x === "epoch" ? epochs(data) : {}),
        ...(data.x === "sparsity (%)" ? { categoryorder: "array", categoryarray: [...new Set(names)].sort((a, b) => a - b) } : {}) },
      yaxis: { ...axis, title: { text: data.y }, rangemode: "tozero" },
    };
  }

  const config = name => ({
    responsive: true,
    displaylogo: false,
    // Otherwise the library offers to send the chart's numbers to its makers' site.
    showSendToCloud: false,
    plotlyServerURL: "",
    displayModeBar: true,
    modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
    toImageButtonOptions: { format: "svg", filename: name },
  });

  const draw = () => charts.forEach(chart => Plotly.react(chart.target, chart.data.traces, layout(chart.data), config(chart.target.id)));

  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    draw();
  });
  system.addEventListener("change", draw);
  narrow.addEventListener("change", draw);
  window.addEventListener("beforeprint", () => { printing = true; draw(); });
  window.addEventListener("afterprint", () => { printing = false; draw(); });
  draw();
})();
