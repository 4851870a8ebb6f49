#include "Plugin/Editor/FilePage.h"

#include "Export/TranscriptExport.h"
#include "Platform/ReadFile.h"
#include "Plugin/Editor/FileTexts.h"
#include "Plugin/Editor/Look.h"

#include <algorithm>
#include <filesystem>

namespace kikitori::plugin
{

namespace
{
constexpr int rowHeight = 30;

int linesOf (const juce::String& text) { return juce::StringArray::fromLines (text).size(); }

void setShown (LabelledBox& field, bool isVisible)
{
    field.label.setVisible (isVisible);
    field.box.setVisible (isVisible);
}

/** True if that changes what is seen. */
bool offer (LabelledBox& field, const juce::StringArray& names, int chosen, bool isEnabled)
{
    const bool changes = field.box.isVisible() == names.isEmpty();
    const auto before = field.box.getNumItems();
    setItems (field.box, names);
    field.box.setSelectedItemIndex (chosen, juce::dontSendNotification);
    field.box.setEnabled (isEnabled);
    setShown (field, ! names.isEmpty());
    return changes || field.box.getNumItems() != before;
}

constexpr int gap = 6;
} // namespace

FilePage::FilePage (const PageTools& tools)
    : words (tools.words), processor (tools.processor), transcript (tools.words), error (tools.words)
{
    for (auto* child : std::initializer_list<juce::Component*>{ &list, &transcript, &times, &open, &cancel, &remove,
                                                                &copy, &saveAs, &saveEach, &format })
        addAndMakeVisible (child);
    addChildComponent (error);
    for (auto* box : { &track, &channel })
    {
        addTo (*this, *box);
        setShown (*box, false);
    }

    transcript.setEmptyText ("The words of the chosen file appear here.");
    list.setModel (this);
    list.setRowHeight (rowHeight);
    list.setColour (juce::ListBox::backgroundColourId, colours::panel);
    list.setColour (juce::ListBox::outlineColourId, colours::line);
    list.setOutlineThickness (1);
    times.setFont (Look::font (13.0f));
    times.setColour (juce::Label::textColourId, colours::faint);
    times.setBorderSize ({ 0, 0, 0, 0 });
    times.setMinimumHorizontalScale (1.0f);
    times.setJustificationType (juce::Justification::topLeft);
    format.setWantsKeyboardFocus (true);

    int id = 1;
    for (const auto& one : transcriptFormatNames())
        format.addItem (utf8 (one), id++);
    format.setSelectedId (1, juce::dontSendNotification);
    if (const auto saved = remembered (processor, "files.format"); saved.isNotEmpty())
        for (int i = 0; i < format.getNumItems(); ++i)
            if (format.getItemText (i) == saved)
                format.setSelectedItemIndex (i, juce::dontSendNotification);
    connect();
    processor.stream().openFiles();
}

FilePage::~FilePage() { list.setModel (nullptr); }

void FilePage::connect()
{
    open.onClick = [this] { choose(); };
    cancel.onClick = [this] { cancelOrResume(); };
    remove.onClick = [this] { takeOff(); };
    error.onDismiss = [this] { dismiss(); };
    track.box.onChange = [this] { chooseAudio ({ track.box.getSelectedItemIndex() + 1, {} }); };
    channel.box.onChange = [this]
    {
        if (const auto* job = chosen())
            chooseAudio ({ job->choice.track, channelAt (channel.box.getSelectedItemIndex()) });
    };
    copy.onClick = [this] { transcript.copy(); };
    saveAs.onClick = [this] { save(); };
    saveAs.transcript = [this]
    {
        const auto* job = chosen();
        return job != nullptr ? job->transcript : nullptr;
    };
    saveAs.onFailure = [this] (const Error& failure) { processor.stream().setNotice (failure); };
    saveEach.onClick = [this] { chooseFolder(); };
    format.onChange = [this]
    {
        remember (processor, "files.format", format.getText());
        saveAs.extension = extension();
    };
    saveAs.extension = extension();
}

void FilePage::translate()
{
    name (open, words ("Add files ..."), words ("Audio files to transcribe; they can be dropped on this page, too"));
    name (remove, words ("Take off"), words ("Takes the chosen file off the list; the file itself stays"));
    name (copy, words ("Copy"), words ("Copies what is selected, or everything (Ctrl+C)"));
    name (saveAs, words ("Save"),
          words ("Saves the transcript as text, subtitles or data; dragged out of the window it is a file"));
    name (saveEach, words ("Save all ..."), words ("Saves the transcripts of all files into a folder"));
    name (format, words ("Format"), words ("What transcripts are saved as"));
    name (track, words ("Track"), words ("The audio track to transcribe. Changing it transcribes the file again"));
    name (channel, words ("Channel"), words ("The channel to transcribe. Changing it transcribes the file again"));
    list.setTitle (words ("Files"));
    list.setHelpText (words ("Arrow keys choose, Delete takes off the list"));
    times.setTitle (words ("Times"));
    error.translate();
    transcript.translate();
    showSelection();
    resized();
}

void FilePage::refresh (const PluginSnapshot&)
{
    auto* files = processor.stream().files();

    if (files == nullptr || files->version() == seen)
        return;

    seen = files->version();
    const auto before = jobs.size();
    jobs = files->jobs();
    list.updateContent();

    if (jobs.size() > before) // the new ones are what the user wants to see
        list.selectRow (static_cast<int> (before));

    list.repaint();
    repaint();
    showSelection();
}

const FileJob* FilePage::chosen() const
{
    const auto row = list.getSelectedRow();
    return row >= 0 && row < static_cast<int> (jobs.size()) ? &jobs[static_cast<std::size_t> (row)] : nullptr;
}

void FilePage::showSelection()
{
    const auto* job = chosen();
    const bool hasWords = job != nullptr && job->transcript != nullptr && ! timedLines (*job->transcript).empty();
    transcript.show (job != nullptr ? job->transcript : nullptr);
    const bool mayResume = job != nullptr && job->mayResume();
    showCancelOrResume (mayResume);
    cancel.setEnabled (mayResume || (job != nullptr && ! job->hasEnded()));
    remove.setEnabled (job != nullptr && job->hasEnded());
    copy.setEnabled (hasWords);
    saveAs.setEnabled (hasWords);
    saveEach.setEnabled (std::any_of (jobs.begin(), jobs.end(),
                                      [] (const auto& one) { return one.transcript != nullptr && one.hasEnded(); }));

    juce::StringArray lines;
    if (job != nullptr)
        lines.addArray ({ fileNotes (*job, words), fileTimes (*job, words) });
    lines.removeEmptyStrings();
    const auto text = lines.joinIntoString ("\n");
    const bool isNew = linesOf (text) != linesOf (times.getText());
    times.setText (text, juce::dontSendNotification);

    const bool hasMessage = job != nullptr && ! dismissed.contains (job->id);
    const bool hasNewChoices = showAudioChoices (job);
    if (error.show (hasMessage ? job->error : std::nullopt) || isNew || hasNewChoices)
        resized();
}

bool FilePage::showAudioChoices (const FileJob* job)
{
    const bool mayChoose = job != nullptr && job->hasEnded();
    const bool tracksChange = offer (track, job != nullptr ? trackNames (*job) : juce::StringArray(),
                                     job != nullptr ? job->track - 1 : 0, mayChoose);
    return offer (channel, job != nullptr ? channelNames (*job, words) : juce::StringArray(),
                  job != nullptr ? channelIndex (job->choice.channel) : 0, mayChoose)
           || tracksChange;
}

void FilePage::chooseAudio (AudioChoice choice)
{
    if (const auto* job = chosen())
    {
        dismissed.erase (job->id);
        processor.stream().chooseAudio (job->id, choice);
    }
}

void FilePage::showCancelOrResume (bool mayResume)
{
    const auto before = cancel.getButtonText();
    if (mayResume)
        name (cancel, words ("Resume"), words ("Transcribes the chosen file again"));
    else
        name (cancel, words ("Cancel"), words ("Ends the transcription of the chosen file"));
    if (cancel.getButtonText() != before)
        resized();
}

void FilePage::add (const juce::StringArray& paths)
{
    for (const auto& path : paths)
        if (! processor.stream().transcribeFile (path.toStdString()))
            return; // the notice tells why
}

void FilePage::filesDropped (const juce::StringArray& paths, int, int)
{
    setDragged (false);
    add (paths);
}

void FilePage::setDragged (bool isOver)
{
    isDragged = isOver;
    repaint();
}

void FilePage::choose()
{
    chooser = std::make_unique<juce::FileChooser> (words ("Choose audio files"), juce::File(), FileTranscriber::filePatterns());
    chooser->launchAsync (juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectFiles
                              | juce::FileBrowserComponent::canSelectMultipleItems,
                          [this] (const juce::FileChooser& picked)
                          {
                              add (pickedPaths (picked.getResults(), juce::File::getCurrentWorkingDirectory()));
                          });
}

juce::String FilePage::extension() const
{
    const auto known = transcriptFormatFromName (format.getText().toStdString()).value_or (TranscriptFormat::text);
    const auto ending = fileExtension (known);
    return { ending.data(), ending.size() };
}

void FilePage::save()
{
    const auto* job = chosen();

    if (job == nullptr || job->transcript == nullptr)
        return;

    chooser = std::make_unique<juce::FileChooser> (
        words ("Save the transcript"),
        folderForFiles (processor).getChildFile (juce::File (utf8 (job->path)).getFileNameWithoutExtension() + "."
                                                 + extension()),
        transcriptFilePatterns());
    chooser->launchAsync (juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
                              | juce::FileBrowserComponent::warnAboutOverwriting,
                          [this, words = job->transcript] (const juce::FileChooser& picked)
                          {
                              if (picked.getResult() == juce::File())
                                  return;
                              if (auto saved = saveTo (picked.getResult(), *words); ! saved)
                                  processor.stream().setNotice (saved.error());
                          });
}

Status FilePage::saveTo (const juce::File& file, const TranscriptSnapshot& written) const
{
    const std::filesystem::path path (file.getFullPathName().toStdString());
    const auto isRecording = [&path] (const FileJob& job) { return platform::isSameFile (job.path, path); };

    if (std::any_of (jobs.begin(), jobs.end(), isRecording))
        return Error{ "same_file", path.string() + " is a recording in this list. Choose another name." };
    return saveTranscript (written, file);
}

void FilePage::chooseFolder()
{
    chooser =
        std::make_unique<juce::FileChooser> (words ("Choose a folder for the transcripts"), folderForFiles (processor));
    chooser->launchAsync (juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectDirectories,
                          [this] (const juce::FileChooser& picked)
                          {
                              if (picked.getResult() == juce::File())
                                  return;
                              if (auto saved = saveAll (picked.getResult()); ! saved)
                                  processor.stream().setNotice (saved.error());
                          });
}

Status FilePage::saveAll (const juce::File& folder)
{
    for (const auto& job : jobs)
    {
        if (job.transcript == nullptr || ! job.hasEnded())
            continue;

        // Two recordings of the same name from different folders both keep theirs.
        const auto stem = juce::File (utf8 (job.path)).getFileNameWithoutExtension();
        auto file = folder.getChildFile (stem + "." + extension());
        for (int n = 2; file.exists() && n < 10000; ++n)
            file = folder.getChildFile (stem + "-" + juce::String (n) + "." + extension());

        if (auto saved = saveTo (file, *job.transcript); ! saved)
            return saved;
    }

    return success();
}

void FilePage::cancelOrResume()
{
    const auto* job = chosen();
    auto* files = processor.stream().files();

    if (job == nullptr || files == nullptr)
        return;

    dismissed.erase (job->id);
    if (job->mayResume())
        processor.stream().resumeFile (job->id);
    else
        files->cancel (job->id);
}

/** The message goes; words that were found stay. */
void FilePage::dismiss()
{
    if (const auto* job = chosen())
        dismissed.insert (job->id);
    showSelection();
}

void FilePage::takeOff()
{
    const auto* job = chosen();
    auto* files = processor.stream().files();

    if (job != nullptr && files != nullptr)
        files->remove (job->id);
}

} // namespace kikitori::plugin
