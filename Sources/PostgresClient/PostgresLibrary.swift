import CLibPQ

/// The libpq that this process is linked with.
package enum PostgresLibrary {
    /// `15.18`
    package static var version: String {
        let number = Int(PQlibVersion())
        return "\(number / 10_000).\(number % 10_000)"
    }
}
