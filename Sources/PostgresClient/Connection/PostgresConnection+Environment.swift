import CLibPQ

extension PostgresConnection {
    /// The session's own parameters as libpq's environment variables, for a program that is to reach the same database:
    /// what was set, what came from a service file, and what came from this process's environment.
    ///
    /// A password that was given is among them; one from a password file is not, the file's name is. The service is
    /// left out, because what is in it would override the variables.
    ///
    /// - Returns: a value for each variable that is to be set, nil for each that must not be inherited.
    /// - Throws: ``PostgresError`` when the session is closed.
    package func environment() throws -> [String: String?] {
        guard let parameters = PQconninfo(try pointer()) else {
            throw PostgresError(.unexpectedResult, "out of memory")
        }
        defer { PQconninfoFree(parameters) }
        var variables: [String: String?] = [:]
        var parameter = parameters
        // The list ends with an entry without keyword.
        while let keyword = parameter.pointee.keyword {
            if let variable = parameter.pointee.envvar {
                let isService = String(cString: keyword).hasPrefix("service")
                let value = isService ? nil : parameter.pointee.val.map { String(cString: $0) }
                variables.updateValue(value?.isEmpty == true ? nil : value, forKey: String(cString: variable))
            }
            parameter += 1
        }
        variables["PGSERVICEFILE"] = .some(nil)
        variables["PGAPPNAME"] = options.session.applicationName
        return variables
    }
}
