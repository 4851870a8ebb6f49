// What a client gets that orders one stream after another.
#include "StreamScene.h"

#include <chrono>

using namespace kikitori;
using namespace kikitori::backend;
using namespace std::chrono_literals;

namespace
{
std::string startWith (int words, int letters = 6)
{
    std::string list;

    for (int i = 0; i < words; ++i)
        list += (i == 0 ? "\"" : ",\"") + std::string (static_cast<std::size_t> (letters), static_cast<char> ('a' + i % 26))
                + std::to_string (i) + "\"";

    return R"({"type":"start","sample_rate":16000,"format":"f32","protocol":2,"session":"s","hotwords":[)" + list + "]}";
}
} // namespace

TEST_CASE ("of starts that come faster than recognisers are made, the newest alone is made and answered", "[serving]")
{
    StreamScene rig;
    rig.session->onText (startWith (1));
    rig.stepOnce(); // its model is there, and its recogniser ordered

    for (int i = 2; i < 9; ++i)
        rig.session->onText (startWith (i));

    rig.step();
    CHECK (rig.made == 1);
    CHECK (rig.all<ReadyMessage>().size() == 1);
    CHECK (rig.languages.size() <= 3); // loads: the first, the one under way, the newest
    rig.audio (16000);
    rig.text (R"({"type":"stop"})");
    CHECK (rig.all<StoppedMessage>().size() == 1);
}

TEST_CASE ("while a recogniser is made, the newest start waits for it, and those between are forgotten", "[serving]")
{
    StreamScene rig;
    rig.session->onText (startWith (1));
    rig.stepOnce();
    rig.stepOnce(); // made, not told yet

    for (int i = 2; i < 9; ++i)
    {
        rig.session->onText (startWith (i));
        CHECK (rig.tasks.size() <= 2);
    }

    rig.step();
    CHECK (rig.made == 2);
    CHECK (rig.all<ReadyMessage>().size() == 1);
}

TEST_CASE ("what a connection has ordered is not begun when it has gone", "[serving]")
{
    StreamScene rig;
    rig.session->onText (startWith (1000));
    rig.stepOnce();
    rig.session->onClosed();
    rig.step();
    CHECK (rig.made == 0);

    StreamScene other;
    other.text (startWith (0));
    std::vector<StreamJob> jobs (1);
    jobs[0].work.push_back ({ StreamWork::Kind::stop });
    jobs[0].isWanted = std::make_shared<std::atomic<bool>> (false);
    advance (jobs); // would use its stream, which it has not
    CHECK_FALSE (jobs[0].stopped);
}

TEST_CASE ("the tenth start within ten seconds that waited for no stopped is busy", "[serving]")
{
    StreamScene rig;

    for (int i = 0; i < 9; ++i)
        rig.text (startWith (1));
    CHECK (rig.closeCode == 0);
    rig.text (startWith (1));
    CHECK (rig.errorCode() == "busy");
    CHECK (rig.closeCode == 1013);

    StreamScene slow;
    for (int i = 0; i < 30; ++i)
    {
        slow.text (startWith (1));
        slow.now += 1200ms;
    }
    CHECK (slow.closeCode == 0);

    StreamScene patient;
    for (int i = 0; i < 30; ++i)
    {
        patient.text (startWith (1));
        patient.text (R"({"type":"stop"})");
    }
    CHECK (patient.closeCode == 0);
    CHECK (patient.all<StoppedMessage>().size() == 30);
}

TEST_CASE ("of more words than there may be, the first are taken, and ready tells how many are left out", "[serving]")
{
    StreamScene rig;
    rig.text (startWith (1000));
    CHECK (rig.all<ReadyMessage>().at (0).hotwordsLeftOut == 0);
    rig.text (startWith (1234));
    CHECK (rig.all<ReadyMessage>().at (1).hotwordsLeftOut == 234);
    rig.text (startWith (1000, 97)); // a hundred bytes each, and three more digits at most
    CHECK (rig.all<ReadyMessage>().at (2).hotwordsLeftOut == 1000 - 656);
}

TEST_CASE ("the most words there may be cost a start no more than 50 ms", "[serving][load]")
{
    const auto model = RecognizerModel::load (KIKITORI_FIXTURES "/tiny_model");
    REQUIRE (model);
    RecognizerStreamOptions options;
    std::mt19937 random (4);

    for (int i = 0; i < 1000; ++i)
    {
        std::string word;
        for (int c = 0; c < 65; ++c)
            word += static_cast<char> ('a' + random() % 26);
        options.hotwords.push_back (word);
    }

    auto best = 1.0s + 0s;

    for (int i = 0; i < 5; ++i)
    {
        const auto before = std::chrono::steady_clock::now();
        REQUIRE (RecognizerStream::create (model.value(), options));
        best = std::min<std::chrono::duration<double>> (best, std::chrono::steady_clock::now() - before);
    }

    INFO (best.count() << " s");
    CHECK (best < 50ms);
}
