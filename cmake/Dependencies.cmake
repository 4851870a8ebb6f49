# Every library in one place: the system's package first, a pinned download where there is none.
# Targets named kikitori::X hide whether a library came by CMake, by pkg-config or by download.
include(FetchContent)
find_package(PkgConfig)
find_package(Threads REQUIRED)

# nlohmann/json
find_package(nlohmann_json 3.10 CONFIG QUIET)
if(NOT nlohmann_json_FOUND)
    FetchContent_Declare(nlohmann_json
        URL https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz
        URL_HASH SHA256=8c4b26bf4b422252e13f332bc5e388ec0ab5c3443d24399acb675e68278d341f)
    FetchContent_MakeAvailable(nlohmann_json)
endif()
add_library(kikitori_json INTERFACE)
target_link_libraries(kikitori_json INTERFACE nlohmann_json::nlohmann_json)
add_library(kikitori::json ALIAS kikitori_json)

# kikitori_pkg(alias, module>=version): an imported target from pkg-config, with advice when it is missing.
function(kikitori_pkg alias spec debian)
    string(MAKE_C_IDENTIFIER "KIKITORI_PKG_${alias}" prefix)
    pkg_check_modules(${prefix} QUIET IMPORTED_TARGET GLOBAL ${spec})
    if(NOT ${prefix}_FOUND)
        message(FATAL_ERROR "${spec} was not found. Install it (Debian: apt-get install ${debian}) or run scripts/install-packages.")
    endif()
    add_library(kikitori::${alias} ALIAS PkgConfig::${prefix})
endfunction()

kikitori_pkg(soxr "soxr>=0.1.2" libsoxr-dev)
kikitori_pkg(avformat "libavformat;libavcodec;libavutil" "libavformat-dev libavcodec-dev libavutil-dev")
kikitori_pkg(openssl "openssl" libssl-dev)
kikitori_pkg(icu "icu-uc>=69" libicu-dev)

# libwebsockets: Debian's CMake package exports targets that name the shared and the static library.
kikitori_pkg(websockets "libwebsockets>=4.1" libwebsockets-dev)

if(KIKITORI_BUILD_BACKEND OR KIKITORI_BUILD_TRAINER OR KIKITORI_BUILD_COMMAND_LINE)
    find_package(CLI11 CONFIG REQUIRED)
endif()

if(KIKITORI_BUILD_BACKEND)
    find_package(spdlog CONFIG REQUIRED)
    find_package(yaml-cpp CONFIG REQUIRED)
    kikitori_pkg(archive "libarchive>=3.4" libarchive-dev)
    kikitori_pkg(curl "libcurl>=7.85" libcurl4-gnutls-dev)
    kikitori_pkg(openblas "openblas>=0.3.10" libopenblas-pthread-dev)
endif()

if(KIKITORI_BUILD_BACKEND OR KIKITORI_BUILD_TRAINER)
    kikitori_pkg(sentencepiece "sentencepiece>=0.1.95" libsentencepiece-dev)
endif()

if(KIKITORI_BUILD_TRAINER)
    find_package(Torch CONFIG QUIET)
    if(NOT Torch_FOUND)
        message(FATAL_ERROR "libtorch was not found (Debian: apt-get install libtorch-dev libopenblas0-pthread). "
            "Configure with -DKIKITORI_BUILD_TRAINER=OFF to build everything but the trainer.")
    endif()
endif()

if(KIKITORI_BUILD_TESTS)
    find_package(Catch2 CONFIG REQUIRED)
endif()

if(KIKITORI_BUILD_BENCHMARKS)
    find_package(benchmark CONFIG REQUIRED)
endif()
