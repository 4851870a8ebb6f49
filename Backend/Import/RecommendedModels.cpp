#include "Backend/Import/Hub.h"

namespace kikitori::backend
{

// Licences and sizes are those of each model's page and file list on the hub (copies of the pages from 2022 to 2025; for
// conformer-small those of copies of the model there); the card that comes with a model counts. Numbers of parameters: the
// page's for fastconformer-streaming-medium, OpenVINO's for wav2vec2-base (docs.openvino.ai, wav2vec2-base), else what the
// size at four bytes each leaves, not verified. Speeds: Benchmarks/ForeignBenchmark with random weights of that size
// (Docs/Performance.md); "estimated" ones go by the number of parameters. Nobody has measured their error rates here.
const std::vector<RecommendedModel>& recommendedModels()
{
    static const std::vector<RecommendedModel> models{
        { "fastconformer-streaming-medium", "nvidia/stt_en_fastconformer_hybrid_medium_streaming_80ms_pc", "en",
          "cc-by-4.0", 127, 32, "about 0.1, estimated,", "low latency (160 ms), with punctuation and capitals" },
        { "fastconformer-streaming", "nvidia/stt_en_fastconformer_hybrid_large_streaming_multi", "en", "cc-by-4.0", 460,
          114, "0.09 (at 1120 ms) to 0.77 (at 80 ms)", "80 to 1120 ms, as you choose" },
        { "conformer-small", "nvidia/stt_en_conformer_ctc_small", "en", "cc-by-4.0", 53, 13,
          "about 0.1 to 0.2, estimated,", "small; windows of 640 ms and more" },
        { "wav2vec2-base", "facebook/wav2vec2-base-960h", "en", "apache-2.0", 378, 94,
          "0.34 (at 5120 ms) to 0.76 (at 1280 ms)", "read speech, capitals only; windows of 1280 ms and more" },
        { "wav2vec2-conformer", "facebook/wav2vec2-conformer-rel-pos-large-960h-ft", "en", "apache-2.0", 2470, 618,
          "about 2.5, estimated,", "read speech; too slow to follow live speech on most machines" },
    };
    return models;
}

} // namespace kikitori::backend
