"""miro-sync: what of the event calendar was not held, which centres are silent, and why.

The way of the data is one direction, top to bottom; a module imports only from below it
(`[tool.importlinter]` in pyproject.toml makes that a build step):

    cli                                     the program: languages, failures, exit code
    commands                                parse, call one function of `app`, show
    session, console                        what commands share; standard output and error
    app                                     the one place that builds adapters and reads the clock
    sync, doctor, setup, survey, posting,   use cases
    board_writing
    measuring                               indicators, resource map and plans of one run
    reading                                 sources -> what was planned and what is there
    resting                                 the last answer: what it rests on, when it stands
    digest                                  what the weekly mail says to whom
    visiting                                one call on every source; is anything new?
    reports                                 page and documents, one module a kind
    status_sheet                            what the service's own worksheet shows
    fleet                                   what projects of one database share: credits, queue
    miro_client, miro_writer, miro_login,   doors to the outside, the state,
    mail_sender, sheets, files, memory,     and what a reader sees
    settings, telling
    installation, pinging, serving          the projects there are; a dead-man service; the web
    miro_walk, miro_tokens                  paged listings read whole; where tokens are kept
    miro_http, miro_budget                  the one method that calls Miro; its allowance
    wire                                    the documents of the outside, checked by pydantic
    ports                                   what a use case asks of a door
    publishing                              what is to be written to the board, and taken back
    overview                                all that an output may tell, one value
    letter                                  a letter before it is put into words
    status                                  how a project stands, for a monitor
    timetable, timers                       which job is due; what the system's timers are told
    findings                                what is new, still open, resolved
    assessment                              calendar, snapshot, memory, today -> Assessment
    layouts                                 which columns an online table is asked for
    weeks                                   a centre's contribution week by week
    reconcile, activity, kpi                status of an occurrence, of a centre; indicators
    worksheets, resource_map, coverage      worksheets by their meaning -> rows, gaps
    matching                                which card or row speaks of which occurrence
    table_decisions                         what people chose in our worksheet -> decisions
    own_sheet, choices                      whose row is which; what the words of a choice mean
    calendar, board, tables, changes        rows and items -> events, occurrences, cards
    own_cards                               our cards on the board, left alone or not
    periods, names                          period texts -> days; spellings -> centres
    privacy                                 what looks like a person's data
    text, marks                             HTML, Unicode; what we know our own cards by
    status_cells                            what our worksheet is made of
    messages                                the catalogue: Message -> Russian or English
    packed                                  values of the vocabulary <-> text; digests
    model, errors, logs                     the vocabulary; records for operators
"""

__version__ = "0.1.0"
