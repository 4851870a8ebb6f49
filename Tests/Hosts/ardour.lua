-- Makes the session in KIKITORI_SESSION: one stereo track, "voice", with the plugin in it.
assert (AudioEngine:set_backend ("None (Dummy)", "", ""), "no dummy backend")
local session = create_session (os.getenv ("KIKITORI_SESSION"), "speech", 48000)
assert (session, "no session was made")
local tracks = session:new_audio_track (2, 2, nil, 1, "voice", ARDOUR.PresentationInfo.max_order,
                                        ARDOUR.TrackMode.Normal, true)
local plugin = ARDOUR.LuaAPI.new_plugin (session, "Kikitori", ARDOUR.PluginType[os.getenv ("KIKITORI_FORMAT")], "")
assert (not plugin:isnil (), "the plugin was not found")
for track in tracks:iter () do
    assert (track:add_processor_by_index (plugin, 0, nil, true) == 0, "the plugin was not inserted")
end
session:save_state ("")
close_session ()
quit ()
