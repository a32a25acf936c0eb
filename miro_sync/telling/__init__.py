"""What a reader sees: the terminal, JSON and CSV, and the words for what went wrong.

Everything here is pure: values of `miro_sync.model` and a `miro_sync.messages.Catalogue` in, text
or plain dictionaries out.

    display     how wide a text is, how it is shortened and made harmless
    lines       which verdicts share one line of a table, and in which order
    phrases     the sentences that all outputs share
    failures    places, problems and failures in words
    answer      the JSON documents and the rows of CSV
    terminal    the tables
    schools     how people say the names of schools
    mail        a letter in words: text and HTML, equal in content
    envelope    its headers
    usage       the help and the usage errors of the command line
"""
