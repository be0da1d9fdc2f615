// Included last: the public headers must not bring what gradus uses inside.
#if defined(EIGEN_WORLD_VERSION) || defined(FMT_VERSION) || defined(SPDLOG_VERSION) || defined(CBLAS_H) || \
    defined(NLOHMANN_JSON_VERSION_MAJOR) || defined(RANDOM123_VERSION) || defined(_OPENMP_H) ||            \
    defined(ZLIB_H)
#error "a public header of gradus includes one of its private dependencies"
#endif
