# Rebuilds of a clean checkout take what an earlier build compiled.
find_program(ccache_program ccache)
if(ccache_program)
    set(CMAKE_C_COMPILER_LAUNCHER ${ccache_program})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache_program})
endif()
