"""What commands do and print, a file for each noun; `app.cli` names them."""
