package app

import "klankbord/internal/intake"

// Serving is the intake that serves at this moment.
func (a *App) Serving() *intake.Intake { return a.now().intake }
