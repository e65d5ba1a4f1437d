// An application that knows nothing of taskvitals. It lives until its standard output has said what it has to say.
process.stdout.write("working\n");
