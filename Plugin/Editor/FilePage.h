/*  Audio files to text: dropped here or chosen, one after the other, each with its progress, its words with times, the
    three times that tell how fast it was, and export in every format.

    Threads: message thread; FileTranscriber does the work.
    Failure: of a file under its name until it is dismissed or the file is removed from the list. A transcript never takes the
    place of a recording in the list.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"
#include "Plugin/Editor/ErrorView.h"
#include "Plugin/Editor/PageParts.h"
#include "Plugin/Editor/SaveButton.h"
#include "Plugin/Editor/TranscriptView.h"
#include "Session/FileTranscriber.h"

#include <set>

namespace kikitori::plugin
{

class FilePage final : public EditorPage, public juce::FileDragAndDropTarget, private juce::ListBoxModel
{
public:
    explicit FilePage (const PageTools& tools);
    ~FilePage() override;

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;
    void paintOverChildren (juce::Graphics& g) override;

    void add (const juce::StringArray& paths);

    bool isInterestedInFileDrag (const juce::StringArray&) override { return true; }
    void fileDragEnter (const juce::StringArray&, int, int) override { setDragged (true); }
    void fileDragExit (const juce::StringArray&) override { setDragged (false); }
    void filesDropped (const juce::StringArray& paths, int, int) override;

    /** Writes a transcript, but over no recording of the list. */
    Status saveTo (const juce::File& file, const TranscriptSnapshot& transcript) const;

    /** Writes the transcript of every file that is done into a folder, in the chosen format. */
    Status saveAll (const juce::File& folder);

private:
    int getNumRows() override { return static_cast<int> (jobs.size()); }
    void paintListBoxItem (int row, juce::Graphics& g, int width, int height, bool isSelected) override;
    juce::String getTooltipForRow (int row) override;
    void selectedRowsChanged (int) override { showSelection(); }
    void deleteKeyPressed (int) override { takeOff(); }

    void connect();
    void showSelection();
    const FileJob* chosen() const;
    void choose();
    void save();
    void chooseFolder();
    void cancelOrResume();
    void chooseAudio (AudioChoice choice);
    bool showAudioChoices (const FileJob* job);
    void dismiss();
    void showCancelOrResume (bool mayResume);
    void takeOff();
    void setDragged (bool isOver);
    juce::String extension() const;

    const Words& words;
    KikitoriProcessor& processor;
    juce::ListBox list;
    TranscriptView transcript;
    ErrorView error;
    juce::Label times;
    juce::TextButton open, cancel, remove, copy, saveEach;
    SaveButton saveAs;
    LabelledBox track, channel; ///< where the chosen file has several
    juce::ComboBox format;
    std::vector<FileJob> jobs;
    std::set<int> dismissed; ///< jobs whose message was read
    std::uint64_t seen = 0;
    bool isDragged = false;
    std::unique_ptr<juce::FileChooser> chooser; ///< while it is open
};

} // namespace kikitori::plugin
