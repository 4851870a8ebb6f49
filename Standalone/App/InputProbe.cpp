#include "Standalone/App/InputProbe.h"

#include "Core/Guarded.h"

namespace kikitori::app
{

namespace
{

bool canOpenNow (juce::AudioIODeviceType& type, const juce::String& inputName)
{
    type.scanForDevices();

    if (! type.getDeviceNames (true).contains (inputName))
        return false;

    // JACK has it: its server runs. A client of our own would only make others connect to it.
    if (type.getTypeName() == "JACK")
        return true;

    const std::unique_ptr<juce::AudioIODevice> device (type.createDevice ({}, inputName));

    if (device == nullptr)
        return false;

    const auto rates = device->getAvailableSampleRates();
    juce::BigInteger channels;
    channels.setBit (0);
    const auto error = device->open (channels, {}, rates.contains (48000.0) || rates.isEmpty() ? 48000.0 : rates[0],
                                     device->getDefaultBufferSize());
    device->close();
    return error.isEmpty();
}

} // namespace

bool InputProbe::canOpen (const juce::String& typeName, const juce::String& inputName)
{
    // New ones each time: a type looks for its devices only once.
    juce::OwnedArray<juce::AudioIODeviceType> types;
    factory.createAudioDeviceTypes (types);

    for (auto* type : types)
        if (type->getTypeName() == typeName)
            return canOpenNow (*type, inputName);

    return false;
}

void InputProbe::start (const juce::String& typeName, const juce::String& inputName)
{
    stop();
    shouldEnd = false;
    thread = guardedThread ("audio", [this, typeName, inputName] { look (typeName, inputName); });
}

void InputProbe::stop()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
    }
    wake.notify_all();

    if (thread.joinable())
        thread.join();

    isFound = false;
}

bool InputProbe::takeFound() { return isFound.exchange (false); }

void InputProbe::look (const juce::String& typeName, const juce::String& inputName)
{
    for (std::unique_lock lock (mutex); ! shouldEnd; wake.wait_for (lock, interval, [this] { return shouldEnd; }))
    {
        lock.unlock();
        const auto isThere = canOpen (typeName, inputName);
        lock.lock();

        if (isThere)
        {
            isFound = true;
            return;
        }
    }
}

} // namespace kikitori::app
