"""What a user calls from Python; `convcost` hands it out. Nothing is computed here."""
