import CHiredis
import COpenSSL

/// The libraries that connections to Redis stand on.
package enum RedisLibrary {
    /// The hiredis that this was built with: `1.1.0`.
    package static var version: String { "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)" }

    /// The OpenSSL that this process is linked with: `3.0.20`.
    package static var tlsVersion: String {
        OpenSSL_version(OPENSSL_VERSION_STRING).map { String(cString: $0) } ?? "unknown"
    }
}
