/// A function, a procedure or a DO block of PL/pgSQL, as its text defines it.
///
/// Its body is read by PL/pgSQL's own parser, by way of libpg_query. That one has no catalog and reads only the input parameters,
/// so it refuses some of what the server accepts (RETURN NEXT of a function with output parameters, fields of records, cursors)
/// and accepts some of what the server refuses (RETURN with a value where there is none). ``error`` corrects both.
package struct PLpgSQLRoutine: Sendable {
    /// What a RETURN may be ("PostgreSQL 15 docs, 43.6.1").
    enum Result: Sendable {
        /// Rows, by RETURN NEXT and RETURN QUERY.
        case set
        /// Nothing.
        case void
        /// Nothing, or its output parameters.
        case procedure
        /// The output parameters.
        case outputs
        /// One value.
        case value
    }

    /// The statement that defines it.
    let statement: String
    /// The string constant that holds the body, in bytes of the statement.
    let place: Range<Int>
    /// The body.
    let body: String
    let result: Result
    /// Whether it has output parameters, among them the columns of RETURNS TABLE.
    let hasOutputs: Bool
    /// The number of parameters, of any kind.
    let parameters: Int
    /// Names that stand for a variable, or qualify one: those of the parameters, and its own.
    let names: Set<String>

    /// Reads a statement; nil for one that is not a routine in PL/pgSQL.
    ///
    /// - Parameter tree: the statement's tree.
    package init?(_ statement: String, _ tree: ParseNode) {
        let function = tree.as("CreateFunctionStmt")
        guard let node = function ?? tree.as("DoStmt") else { return nil }
        let options = node.list(function == nil ? "args" : "options").compactMap { $0.as("DefElem") }
        func option(_ name: String) -> ParseNode? { options.last { $0.string("defname") == name } }
        let language =
            option("language")?["arg"]?.as("String")?.string("sval") ?? (function == nil ? "plpgsql" : "")
        guard language.lowercased() == "plpgsql", let text = option("as"),
            let body = (text["arg"]?.as("List")?.list("items").first ?? text["arg"])?.as("String")?.string("sval"),
            let place = Self.constant(in: statement, from: text["location"]?.integer ?? 0)
        else { return nil }
        self.statement = statement
        self.place = place
        self.body = body
        let parameters = node.list("parameters").compactMap { $0.as("FunctionParameter") }
        self.parameters = parameters.count
        names = Set((parameters.compactMap { $0.string("name") } + node.names("funcname").suffix(1)))
        let outputs: Set = ["FUNC_PARAM_OUT", "FUNC_PARAM_INOUT", "FUNC_PARAM_TABLE"]
        hasOutputs = parameters.contains { outputs.contains($0.string("mode") ?? "") }
        let type = node["returnType"]
        result =
            if type?.flag("setof") == true {
                .set
            } else if function == nil || ["void", "event_trigger"].contains(type?.names("names").last ?? "") {
                .void
            } else if node.flag("is_procedure"), !hasOutputs {
                .procedure
            } else {
                hasOutputs ? .outputs : .value
            }
    }

    /// Where the string constant is that follows an offset.
    private static func constant(in statement: String, from start: Int) -> Range<Int>? {
        var lexer = Lexer(Array(statement.utf8))
        // PostgreSQL's own parser has read the statement, so nothing in it is unterminated.
        while let token = try? lexer.next() {
            if token.kind == .string, token.range.lowerBound >= start { return token.range }
        }
        return nil
    }

    /// What the server would refuse its body for; nil for a body that it accepts, and where that cannot be known without a catalog.
    package var error: GrammarError? {
        guard let words = PLpgSQLWords(body) else { return Parser.plpgsqlError(statement) }
        if Parser.plpgsqlError(statement) != nil, let error = remaining(PLpgSQLRewriting(self, words)) { return error }
        return words.returns.lazy.compactMap(refusal).first
    }

    /// What is wrong with the body besides what libpg_query alone refuses.
    private func remaining(_ rewriting: PLpgSQLRewriting) -> GrammarError? {
        var rewriting = rewriting
        while let error = Parser.plpgsqlError(self.with(body: rewriting.text)) {
            if Self.needsCatalog(error.message) { return nil }
            // Each round removes one name from those that can be reported.
            guard let name = Self.unknownVariable(error.message), rewriting.accept(name) else { return error }
        }
        return nil
    }

    private func with(body: String) -> String {
        var tag = "$rssctl$"
        while body.contains(tag) { tag = "$\(tag.dropFirst().dropLast())_$" }
        let bytes = Array(statement.utf8)
        return String(decoding: bytes[..<place.lowerBound], as: UTF8.self) + " \(tag)\(body)\(tag) "
            + String(decoding: bytes[place.upperBound...], as: UTF8.self)
    }

    /// Whether an error is of the kind that libpg_query cannot judge: of types and collations.
    private static func needsCatalog(_ message: String) -> Bool {
        message.hasPrefix("collations are not supported by type")
            || message.hasSuffix("must be of type cursor or refcursor")
    }

    /// The name in `"r.a" is not a known variable`, where it may be a field of one, or a number.
    private static func unknownVariable(_ message: String) -> String? {
        let end = "\" is not a known variable"
        guard message.hasPrefix("\""), message.hasSuffix(end) else { return nil }
        let name = String(message.dropFirst().dropLast(end.count))
        return name.contains(".") || name.hasPrefix("$") ? name : nil
    }

    /// Why the server would refuse a RETURN, in its words (`pl_gram.y`, make_return_stmt and make_return_next_stmt).
    private func refusal(of statement: PLpgSQLWords.Return) -> GrammarError? {
        let message: String? =
            switch (statement.kind, result) {
            case (.next, .set):
                if hasOutputs {
                    statement.isBare
                        ? nil : "RETURN NEXT cannot have a parameter in function with OUT parameters"
                } else {
                    statement.isBare ? "missing expression at or near \";\"" : nil
                }
            case (.next, _): "cannot use RETURN NEXT in a non-SETOF function"
            case (.query, .set): nil
            case (.query, _): "cannot use RETURN QUERY in a non-SETOF function"
            case (.plain, .set):
                statement.isBare
                    ? nil : "RETURN cannot have a parameter in function returning set; use RETURN NEXT or RETURN QUERY"
            case (.plain, .void):
                statement.isBare ? nil : "RETURN cannot have a parameter in function returning void"
            case (.plain, .procedure): statement.isBare ? nil : "RETURN cannot have a parameter in a procedure"
            case (.plain, .outputs):
                statement.isBare ? nil : "RETURN cannot have a parameter in function with OUT parameters"
            case (.plain, .value): statement.isBare ? "missing expression at or near \";\"" : nil
            }
        return message.map { GrammarError(message: $0, character: nil) }
    }
}
