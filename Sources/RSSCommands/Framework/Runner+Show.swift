import Console
import RSSCore
import RSSModel

extension Runner {
    /// Writes the result, unless it is one that `--quiet` leaves out.
    func show(_ result: V.Output, _ status: ExitStatus, _ context: Context) throws {
        let global = verb.global
        let isClean = status == .done && verb.isSilentWhenDone && result.document == nil
        if global.quiet, global.output == .table, isClean { return }
        let pager = global.pager && global.watch == nil ? Pager(environment: world.environment) : nil
        if world.ownsProcess, pager != nil, context.console.output.isTTY { ProcessEnd.removeDeadline() }
        let shown = ShownResult(result: result, carried: context.carried, chosen: try chosen(result, context))
        do throws(ConsoleError) {
            try Renderer(format: global.output, pager: pager).render(
                shown, to: context.console, command: V.declaration.command)
        } catch {
            // The reader of our output closed the pipe (`| head`); that changes nothing about the work. A watch ends by it.
            if error != .brokenPipe || global.watch != nil { throw error }
        }
    }

    /// The tables with the columns asked for. What was changed stays changed and is shown whole, with a warning, where a name is
    /// not one of a column.
    private func chosen(_ result: V.Output, _ context: Context) throws(UnknownColumns) -> [Table]? {
        guard let columns = verb.global.columns, verb.global.output != .json, result.document == nil else { return nil }
        do throws(UnknownColumns) {
            return try columns.apply(to: result.tables)
        } catch {
            if V.declaration.effect == .reads { throw error }
            let report = error.report
            context.progress(.warning("\(report.message). \(report.detail ?? "")"))
            return nil
        }
    }

    /// Repeats the work and shows each result, until the task is cancelled. A server that cannot be reached, or is busy, is
    /// reported and asked again.
    ///
    /// On a terminal each result takes the place of the one before; elsewhere they follow each other, a blank line between those
    /// that are for people.
    func watch(_ context: Context, every interval: Duration) async throws -> ExitStatus {
        let output = context.console.output
        let isForPeople = verb.global.output == .table
        while true {
            let began = ContinuousClock.now
            do {
                let result = try await perform(context)
                try head(context, interval)
                try show(result, result.exitStatus, context)
            } catch {
                let report = ErrorReport(describing: error)
                guard report.isPassing, !Task.isCancelled else { throw error }
                try head(context, interval)
                ErrorRenderer(asJSON: verb.global.output.isJSON).render(
                    report.mappingHint(context.carried.adding), to: context.console)
            }
            if isForPeople, !output.isTTY {
                try context.console.withOutput { (output) throws(ConsoleError) in try output.writeLine() }
            }
            try await Task.sleep(until: began + interval, clock: .continuous)
        }
    }

    /// On a terminal: clears it, and says what is repeated and when it was read.
    private func head(_ context: Context, _ interval: Duration) throws(ConsoleError) {
        let output = context.console.output
        guard output.isTTY, verb.global.output == .table else { return }
        let time = context.console.clockText(world.now())
        try context.console.withOutput { (text) throws(ConsoleError) in
            // Home, then clear what is below: without the flicker of a clear screen.
            try text.write("\u{1B}[H\u{1B}[J")
            let title = "rssctl \(V.declaration.command), every \(Quantity.duration(interval)), \(time); Ctrl-C ends it"
            try text.writeLine(output.style(title, .faint))
            try text.writeLine()
        }
    }
}

extension ErrorReport {
    /// Whether it may be over in a moment.
    fileprivate var isPassing: Bool { exit == .unavailable || exit == .tryAgain }
}
