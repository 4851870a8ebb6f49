// The texts of the settings page in the chosen language.
#include "Plugin/Editor/SettingsPage.h"
#include "Plugin/Editor/StreamChoices.h"

namespace kikitori::plugin
{

void SettingsPage::translate()
{
    address.translate (words ("Address"),
                       words ("\"local\" starts a backend on this machine; or the address of another, for instance "
                              "https://host:58081"),
                       "local");
    token.translate (words ("Token"),
                     words ("What the backend at this address asks for. It is kept in a file that only you can read, "
                            "never in the project, and sent to this address only"),
                     words ("paste it here"));
    forget.setButtonText (words ("Forget the token"));
    describe (forget, words ("Forget the token"), words ("Takes the token of this address out of the file"));
    caFile.translate (words ("Authority"),
                      words ("A certificate authority's file (PEM) that is trusted besides the system's"),
                      words ("the system's"));
    describe (linkFormat, words ("Link format"), words ("How audio is sent; the smaller ones are for slow links"));
    describe (replay, words ("Kept for replay"),
              words ("How much audio is kept for when the connection is lost; it is sent again then"));

    session.translate (words ("Session"), words ("Tracks that name the same session are one conversation"),
                       words ("none"));
    speaker.translate (words ("Speaker"), words ("Who speaks on this track; empty: the track's name"),
                       words ("the track's name"));
    wholeSession.setButtonText (words ("Whole session"));
    describe (wholeSession, words ("Whole session"),
              words ("Shows, copies and saves all tracks of the session, in order of time"));
    startOnLoad.setButtonText (words ("Start when the project loads"));
    describe (startOnLoad, words ("Start when the project loads"),
              words ("Transcribes as soon as the project is open, also with this window closed"));
    keepPasses.setButtonText (words ("Keep all passes"));
    describe (keepPasses, words ("Keep all passes"),
              words ("Off: a second pass over the same place of the song replaces what it covers"));
    form.setNote (startNote, words ("Address, link format, replay, spoken language, hot words and passes take effect "
                                    "with the next Start."));

    describe (spoken, words ("Spoken language"),
              words ("What is spoken here: the backend takes a model that writes it, where the chosen one does not"));
    hotwords.translate (words ("Hot words"),
                        words ("Names and terms to expect, between commas: they are understood more often"),
                        words ("names, terms"));
    wordRules.translate (words ("Word list"),
                         words ("Between commas: \"heard = shown\" replaces a word, \"heard =\" leaves it out, "
                                "\"heard\" alone hides it"),
                         words ("heard = shown"));
    form.setNote (rulesNote, words ("The word list changes what is shown and exported; the project keeps what was "
                                    "heard."));

    describe (language, words ("Language"), words ("The language of this window"));
    describe (look, words ("Look"), words ("Colours of all Kikitori windows"));
    folder.translate (words ("Files go to"), words ("The folder where transcripts and downloads are saved"),
                      words ("the documents folder"));
    showLanguageItems();
    showSpokenItems();
    form.translate();
    hasShown = false;
    tokenAddress.clear();
    resized();
}

void SettingsPage::showLanguageItems()
{
    linkFormat.clear (juce::dontSendNotification);
    linkFormat.addItem (words ("32 bit (1.5 Mbit/s)"), 1);
    linkFormat.addItem (words ("16 bit (half of it)"), 2);
    linkFormat.addItem (words ("16 bit at 16 kHz (a sixth)"), 3);
    look.clear (juce::dontSendNotification);
    look.addItem (words ("Dark"), 1);
    look.addItem (words ("Light"), 2);
    look.addItem (words ("High contrast"), 3);
}

void SettingsPage::showSpokenItems()
{
    spoken.clear (juce::dontSendNotification);
    int id = 1;
    for (const auto& name : { words ("as the model"), words ("English"), words ("Japanese"), words ("Chinese"),
                              words ("Korean"), words ("German"), words ("French"), words ("Spanish"),
                              words ("Italian"), words ("Portuguese") })
        spoken.addItem (name, id++);
}

} // namespace kikitori::plugin
