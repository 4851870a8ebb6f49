#include "Standalone/App/AppOptions.h"

namespace kikitori::app
{

Result<AppOptions> parseOptions (const juce::StringArray& arguments)
{
    AppOptions options;

    for (int i = 0; i < arguments.size(); ++i)
    {
        const auto& word = arguments[i];
        const bool hasValue = i + 1 < arguments.size();

        if (word == "--start")
            options.start = true;
        else if (word == "--device" && hasValue)
            options.device = arguments[++i];
        else if (word == "--screenshot" && hasValue)
            options.screenshot = arguments[++i];
        else if (word == "--after" && hasValue)
            options.after = juce::jlimit (0.1, 3600.0, arguments[++i].getDoubleValue());
        else
            return Error{
                "usage", "KikitoriApp does not know \"" + word.toStdString()
                             + "\". Usage: KikitoriApp [--start] [--device NAME] [--screenshot PATH [--after SECONDS]]"
            };
    }

    return options;
}

} // namespace kikitori::app
