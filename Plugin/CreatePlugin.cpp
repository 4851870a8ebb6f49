// The function that every plugin format calls.
#include "Plugin/Editor/KikitoriEditor.h"
#include "Plugin/Processor/KikitoriProcessor.h"

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter();

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter()
{
    return new kikitori::plugin::KikitoriProcessor (&kikitori::plugin::KikitoriEditor::create);
}
