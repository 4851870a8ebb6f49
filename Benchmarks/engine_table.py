"""Makes the tables of scripts/benchmark-engine.

The least time over all rounds is compared: what a program needs when nothing else runs. Medians stand beside it.
"""
import collections
import json
import statistics
import sys

rows = collections.defaultdict(list)
details = {}
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        entry = json.loads(line)
        key = (entry["chunk_ms"], entry["engine"], entry["precision"], entry["streams"])
        rows[key].append((entry["best_ms"], entry["median_ms"]))
        details[key] = entry

for chunk in sorted({key[0] for key in rows}):
    times = {key: min(best for best, _ in values) for key, values in rows.items() if key[0] == chunk}
    ours = times[(chunk, "kikitori", "int8", 1)]
    print(f"\nChunks of {chunk} ms\n\n| engine | weights | streams together | ms a chunk, least | median | real-time factor |"
          " times ours | first results |\n|---|---|---|---|---|---|---|---|")
    for key, time in sorted(times.items(), key=lambda item: item[1]):
        entry = details[key]
        name = entry["engine"] + (f" ({entry['kernels']})" if "kernels" in entry else "")
        check = " ".join(f"{value:.2f}" for value in entry["check"][:3])
        print(f"| {name} | {key[2]} | {key[3]} | {time:.3f} | "
              f"{statistics.median(median for _, median in rows[key]):.3f} | {time / chunk:.5f} | {time / ours:.1f} | {check} |")
    rivals = [(name, time) for (_, name, _, _), time in times.items()]
    torch = min((time for name, time in rivals if name.startswith("libtorch")), default=None)
    onnx = min((time for name, time in rivals if name.startswith("onnxruntime")), default=None)
    print()
    if torch:
        print(f"libtorch eager takes {torch / ours:.1f} times as long (aim: at least 8).")
    if onnx:
        print(f"The faster ONNX Runtime takes {onnx / ours:.1f} times as long (aim: at least 2).")

bytes_per_stream = max(entry.get("stream_bytes", 0) for entry in details.values() if entry["precision"] == "int8")
print(f"The encoder's state of a stream has at most {bytes_per_stream / 1e6:.2f} MB with int8 weights.")
